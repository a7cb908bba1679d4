import { Clock, Context, Effect, Layer } from "effect"
import { type Ability, lackOf, sayLack } from "./abilities.ts"
import type { Account, AccountKind } from "./account.ts"
import { WechatRefused } from "./errors.ts"

/** Which accounts there are, and what each may do. */
export class Accounts extends Context.Service<
  Accounts,
  {
    readonly all: ReadonlyArray<Account>
    named(name: string): Account | undefined
    byAppid(appid: string): Account | undefined
    /** The first of a kind. */
    of(kind: AccountKind): Account | undefined
    /**
     * Refuses with what WeChat would answer (48001), before it is asked: by the account's kind, its certification, and, where it is
     * about a person, the pilot's list.
     */
    mayUse(account: Account, ability: Ability, openid?: string): Effect.Effect<void, WechatRefused>
  }
>()("weir/Accounts") {
  static readonly layer = (accounts: ReadonlyArray<Account>) =>
    Layer.succeed(Accounts, {
      all: accounts,
      named: (name) => accounts.find((account) => account.name === name),
      byAppid: (appid) => accounts.find((account) => account.appid === appid),
      of: (kind) => accounts.find((account) => account.kind === kind),
      mayUse
    })
}

const mayUse = Effect.fnUntraced(function* (account: Account, ability: Ability, openid?: string) {
  const lack = lackOf(account, ability, yield* Clock.currentTimeMillis, openid)
  if (lack !== undefined)
    return yield* new WechatRefused({
      code: 48001,
      class: "C",
      message: sayLack(account, ability, lack)
    })
})
