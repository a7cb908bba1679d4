import { Effect, Option } from "effect"
import type { Who } from "../customers/model.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatFailure } from "../wechat/errors.ts"
import { exchangeMiniCode } from "../wechat/mini-program.ts"
import { exchangeCode, type Grant, profileOf } from "../wechat/oauth.ts"
import { LoginRefused } from "./model.ts"

/** Whom WeChat says a code belongs to, and what they have let us know of themselves. */
export interface Identified {
  readonly who: Who
  /** Where they agreed to it. */
  readonly profile: { readonly nickname: string; readonly avatar?: string } | undefined
}

const refuse = (reason: LoginRefused["reason"]) => Effect.fail(new LoginRefused({ reason }))

/** Asks WeChat whom a code belongs to, whichever kind of account it was made for. A code can be asked about once. */
export const identify = Effect.fnUntraced(function* (account: Account, code: string) {
  const found = yield* account.kind === "mini-program"
    ? bySession(account, code)
    : byGrant(account, code)
  const { mayUse } = yield* Accounts
  const ability = account.kind === "mini-program" ? "session" : "oauth"
  yield* mayUse(account, ability, found.who.openid).pipe(
    Effect.catchTag("WechatRefused", () => refuse("not allowed"))
  )
  return found
})

const bySession = (account: Account, code: string) =>
  exchangeMiniCode(account, code).pipe(
    Effect.map(
      ({ openid, unionid }): Identified => ({ who: { openid, unionid }, profile: undefined })
    ),
    Effect.catch(said)
  )

const byGrant = Effect.fnUntraced(function* (account: Account, code: string) {
  const grant = yield* Effect.catch(exchangeCode(account, code), said)
  // All of it is made up: nobody may become a customer by it (platform guide, §3.1).
  if (grant.isSnapshot) return yield* refuse("snapshot")
  const { openid, unionid } = grant
  const profile = grant.scopes.includes("snsapi_base") ? undefined : yield* shown(account, grant)
  const who = { openid, unionid: unionid ?? profile?.unionid }
  return { who, profile: profile?.shown } satisfies Identified
})

/** How they show themselves. Nobody is kept out because WeChat does not tell it. */
const shown = Effect.fnUntraced(function* (account: Account, grant: Grant) {
  const told = yield* profileOf(account, grant).pipe(Effect.timeout("3 seconds"), Effect.option)
  if (Option.isNone(told)) return undefined
  const { nickname, openid, picture, unionid } = told.value
  if (openid !== grant.openid) return yield* refuse("foreign openid")
  return { unionid, shown: { nickname, ...(picture !== undefined && { avatar: picture }) } }
})

/** What WeChat says of codes that are not, or no longer, good, and of people whom it lets in nowhere (platform guide, §3.1, §3.4). */
const badCode: ReadonlySet<number> = new Set([40029, 40163, 42003, 41008, 40226])

const said = (failure: WechatFailure) => {
  if (failure._tag !== "WechatRefused") return refuse("unavailable")
  if (badCode.has(failure.code)) return refuse("bad code")
  return refuse(failure.code === 48001 ? "not allowed" : "unavailable")
}
