import { Context, Effect, Layer, Redacted, Schema } from "effect"
import type { Account } from "./account.ts"
import type { Call } from "./call.ts"
import type { WechatFailure } from "./errors.ts"
import { makeExchange } from "./exchange.ts"
import { type Fresh, SharedSecrets } from "./shared-secrets.ts"
import { Troubles } from "./troubles.ts"
import { reads, text } from "./wire.ts"

/** The access token of each account, one for all processes, by `stable_token` (获取稳定版接口调用凭据). */
export class AccessTokens extends Context.Service<
  AccessTokens,
  {
    of(account: Account): Effect.Effect<string, WechatFailure>
    /** Says that WeChat refused a token. */
    reject(account: Account, token: string): Effect.Effect<void>
  }
>()("weir/AccessTokens") {
  static readonly layer = Layer.effect(
    AccessTokens,
    Effect.gen(function* () {
      const exchange = yield* makeExchange
      const secrets = yield* SharedSecrets
      const troubles = yield* Troubles

      const fetch = (account: Account, force: boolean) =>
        exchange(stableToken(account, force), "token").pipe(
          Effect.tap(() => troubles.over(account, "token")),
          Effect.tapErrorTag("WechatRefused", (refused) =>
            troubles.report(account, "token", refused)
          )
        )

      return AccessTokens.of({
        of: (account) => secrets.get(nameOf(account), ({ force }) => fetch(account, force)),
        reject: (account, token) => secrets.reject(nameOf(account), token)
      })
    })
  )
}

const nameOf = ({ appid }: Account) => `access-token:${appid}`

const readToken = reads(
  Schema.Struct({
    value: text(1024).check(Schema.isMinLength(1)),
    lives: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 86_400 }))
  }).pipe(Schema.encodeKeys({ value: "access_token", lives: "expires_in" }))
)

/** Asks WeChat, past all that is stored, whether secret and address are right. The token that is in use stays good. */
export const checkToken = (account: Account) =>
  Effect.flatMap(makeExchange, (exchange) => exchange(stableToken(account, false), "token")).pipe(
    Effect.asVoid
  )

/** Asked again it gives the same token, for as long as that has five minutes to live. */
const stableToken = ({ appid, secret }: Account, force: boolean): Call<Fresh> => ({
  method: "POST",
  path: "/cgi-bin/stable_token",
  body: {
    grant_type: "client_credential",
    appid,
    secret: Redacted.value(secret),
    force_refresh: force
  },
  repeatable: true,
  read: readToken
})
