import type { Api } from "../api.ts"
import { menuApis } from "./menus.ts"
import { qrApis } from "./qr-codes.ts"
import { snsApis } from "./sns.ts"
import { tokenApis } from "./tokens.ts"
import { userApis } from "./users.ts"

/** Every API of the platform that this WeChat has. */
export const platformApis: ReadonlyArray<Api> = [
  ...tokenApis,
  ...snsApis,
  ...userApis,
  ...qrApis,
  ...menuApis
]
