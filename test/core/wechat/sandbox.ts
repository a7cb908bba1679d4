import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { AccountKind } from "../../../core/wechat/account.ts"
import { Accounts } from "../../../core/wechat/accounts.ts"
import type { Kind } from "../../support/database.ts"
import { openWorld } from "../../support/world.ts"

/** A gateway in development, which found its accounts at the sandbox by itself, and what is done with their phones. */
export const open = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(database)
  const of = Effect.fnUntraced(function* (kind: AccountKind) {
    const found = (yield* world.within(Accounts)).of(kind)
    if (found === undefined) return assert.fail(`The sandbox has no ${kind}`)
    // Where its logins come back to, as set in WeChat's portal.
    yield* world.control("PUT", `/accounts/${found.appid}`, { oauthDomain: "weir.test" })
    return found
  })
  const credentials = yield* world.sandbox(new Request("http://127.0.0.1:3003/credentials"))
  const { openid, silentOpenid } = yield* Effect.promise(() => credentials.json())
  /** Opens a page on a phone and agrees, and tells the code that came back. */
  const authorize = (body: object, who: string = openid) =>
    Effect.map(
      world.control("POST", `/users/${who}/authorize`, body),
      ({ code }): string => code ?? assert.fail("no code")
    )
  return { ...world, authorize, of, openid, silentOpenid }
})

export const failed = Effect.fnUntraced(function* <A, E>(work: Effect.Effect<A, E>) {
  const failure = yield* Effect.flip(work)
  return failure as E & { readonly _tag: string; readonly code?: number; readonly class?: string }
})

/** A value that fits a field of that name. */
export const sample = (name: string): string => {
  const kind = name.replace(/\d+$/, "")
  const samples: Readonly<Record<string, string>> = {
    amount: "¥12.50",
    time: "2026-11-24 12:00",
    date: "2026年11月24日",
    character_string: "NO20260001",
    number: "7",
    phrase: "已支付",
    name: "小明",
    car_number: "粤A12345",
    phone_number: "020-12345678",
    letter: "abc"
  }
  return samples[kind] ?? "拿铁 x2"
}
