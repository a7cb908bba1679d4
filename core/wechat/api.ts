import { Clock, Context, Effect, Layer, Random, Redacted, Result } from "effect"
import { NotSent } from "../transport.ts"
import { AccessTokens } from "./access-tokens.ts"
import type { Account } from "./account.ts"
import { Accounts } from "./accounts.ts"
import type { Call } from "./call.ts"
import type { WechatFailure, WechatRefused } from "./errors.ts"
import { makeExchange } from "./exchange.ts"
import { Troubles } from "./troubles.ts"

/**
 * WeChat's API for accounts. A call ends in WeChat's word, or in one of three failures: refused, not sent, or unknown. What may be asked
 * again is, twice at most; what WeChat may have done already is never asked again, unless the call carries WeChat's own de-dup key.
 */
export class WechatApi extends Context.Service<
  WechatApi,
  { ask<A>(account: Account, call: Call<A>): Effect.Effect<A, WechatFailure> }
>()("weir/WechatApi") {
  static readonly layer = Layer.effect(
    WechatApi,
    Effect.gen(function* () {
      const exchange = yield* makeExchange
      const accounts = yield* Accounts
      const tokens = yield* AccessTokens
      const troubles = yield* Troubles
      const quotas = makeQuotas()

      const tokenOf = (account: Account) =>
        Effect.catchTag(tokens.of(account), "WechatUnknown", ({ reason }) =>
          // The call itself never left.
          Effect.fail(new NotSent({ reason: `no access token: ${reason}` }))
        )

      /** One round trip, and another if the token was at fault: that was found out before anything was done. */
      const withToken = Effect.fnUntraced(function* <A>(account: Account, call: Call<A>) {
        const first = yield* tokenOf(account)
        return yield* exchange(call, "api", { access_token: first }).pipe(
          Effect.catchIf(isAboutToken, () =>
            tokens.reject(account, first).pipe(
              Effect.andThen(tokenOf(account)),
              Effect.flatMap((second) => exchange(call, "api", { access_token: second }))
            )
          )
        )
      })

      const once = <A>(account: Account, call: Call<A>): Effect.Effect<A, WechatFailure> => {
        if (call.door === undefined) return withToken(account, call)
        if (call.door === "person") return exchange(call, "login")
        const { appid, secret } = account
        return exchange(call, "login", { appid, secret: Redacted.value(secret) })
      }

      return WechatApi.of({
        ask: Effect.fnUntraced(function* (account, call) {
          const { ability, openid } = call
          if (ability !== undefined) yield* accounts.mayUse(account, ability, openid)
          yield* quotas.check(account, call)
          for (let repeats = 0; ; repeats++) {
            const outcome = yield* Effect.result(once(account, call))
            if (Result.isSuccess(outcome)) return outcome.success
            const { failure } = outcome
            if (repeats < pauses.length && isPassing(call, failure)) {
              // Not all at once, where many were refused at once.
              yield* Effect.sleep((pauses[repeats] ?? 0) * (1 + (yield* Random.next)))
              continue
            }
            if (failure._tag === "WechatRefused") {
              yield* quotas.note(account, call, failure)
              yield* troubles.report(account, "api", failure)
            }
            return yield* failure
          }
        })
      })
    })
  )
}

/** Before the second try and the third, in milliseconds; up to twice as long by chance. */
const pauses = [200, 1_000]

const isAboutToken = (failure: WechatFailure) =>
  failure._tag === "WechatRefused" && failure.class === "T"

/** Whether to ask again may help, and can do no harm. */
const isPassing = ({ repeatable }: Call<unknown>, failure: WechatFailure): boolean => {
  switch (failure._tag) {
    case "NotSent":
      return true
    case "WechatUnknown":
      return repeatable
    case "WechatRefused":
      return failure.class === "R" && failure.until === undefined
  }
}

/** A quota that is used up is left alone until its window opens. At the login door each person has a quota of their own. */
const makeQuotas = () => {
  const closed = new Map<string, { readonly refused: WechatRefused; readonly until: number }>()
  const quotaOf = ({ appid }: Account, { path }: Call<unknown>) => `${appid} ${path}`
  return {
    check: Effect.fnUntraced(function* (account: Account, call: Call<unknown>) {
      const quota = quotaOf(account, call)
      const found = closed.get(quota)
      if (found === undefined) return
      if ((yield* Clock.currentTimeMillis) < found.until) return yield* found.refused
      closed.delete(quota)
    }),
    note: Effect.fnUntraced(function* (
      account: Account,
      call: Call<unknown>,
      refused: WechatRefused
    ) {
      if (refused.class !== "Q" || refused.until === undefined || call.door !== undefined) return
      const until = Math.min(refused.until, (yield* Clock.currentTimeMillis) + tryAgain)
      closed.set(quotaOf(account, call), { refused, until })
    })
  }
}

/** Somebody may raise or clear a quota in WeChat's portal, of which nobody tells us. */
const tryAgain = 15 * 60_000
