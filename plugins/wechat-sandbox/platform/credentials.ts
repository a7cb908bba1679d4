import { Effect } from "effect"
import type { RawRequest } from "#core"
import { no, notWhitelisted } from "./errcodes.ts"
import type { Account } from "./model.ts"
import type { PlatformServices } from "./platform.ts"

/** The account that knows its secret: WeChat looks at the appid first, then at the secret. */
export const secretHolder = Effect.fnUntraced(function* (
  { accounts }: PlatformServices,
  appid: string,
  secret: string
) {
  if (appid === "") return yield* no(41002)
  if (secret === "") return yield* no(41004)
  const account = yield* accounts.byAppid(appid)
  if (account === undefined) return yield* no(40013)
  if (account.secret !== secret) return yield* no(40125)
  if (account.frozen) return yield* no(40243)
  return account
})

/** Tokens are only for addresses that the account's whitelist names. */
export const fromAllowedAddress = ({ ipWhitelist }: Account, { address }: RawRequest) => {
  const from = (address ?? "127.0.0.1").replace(/^::ffff:/, "")
  return ipWhitelist === null || ipWhitelist.includes(from)
    ? Effect.void
    : Effect.fail(notWhitelisted(from))
}
