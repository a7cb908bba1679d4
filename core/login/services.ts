import { Layer } from "effect"
import { Logins } from "./logins.ts"
import { followScans } from "./scenes.ts"
import { Sessions } from "./sessions.ts"
import { LoginSettings } from "./settings.ts"
import { Tickets } from "./tickets.ts"
import { WaitingPages } from "./waiting.ts"

/** Everything that a login takes. */
export const loginServices = (settings: LoginSettings["Service"]) =>
  Layer.effectDiscard(followScans).pipe(
    Layer.provideMerge(Layer.mergeAll(Logins.layer, Tickets.layer, WaitingPages.layer)),
    Layer.provideMerge(Sessions.layer),
    Layer.provideMerge(Layer.succeed(LoginSettings, settings))
  )

/** What they are. */
export type LoginServices = Logins | Sessions | LoginSettings | Tickets | WaitingPages
