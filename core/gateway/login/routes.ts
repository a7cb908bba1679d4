import { clientRoutes } from "./clients.ts"
import { entryRoutes } from "./entry.ts"
import { handoverRoutes } from "./handover.ts"
import { qrRoutes } from "./qr.ts"

/** All that people see and apps ask about a login, on the public door. */
export const loginRoutes = [...entryRoutes, ...qrRoutes, ...clientRoutes, ...handoverRoutes]
