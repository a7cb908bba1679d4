import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Ability } from "../../../core/wechat/abilities.ts"
import { type Account, type AccountKind, checkAccount } from "../../../core/wechat/account.ts"
import { Accounts } from "../../../core/wechat/accounts.ts"
import { account } from "./account.ts"

const may = (one: Account, ability: Ability, openid?: string) =>
  Accounts.use((accounts) => Effect.result(accounts.mayUse(one, ability, openid))).pipe(
    Effect.provide(Accounts.layer([one])),
    Effect.map((result) => result._tag === "Success")
  )

describe("what an account may do", () => {
  const all = { certified: true, uncertified: true }
  const certified = { certified: true, uncertified: false }
  const never = { certified: false, uncertified: false }
  it.effect.each([
    ["service", "jssdk", all],
    ["service", "menu", all],
    ["service", "custom", certified],
    ["service", "oauth", certified],
    ["service", "template", certified],
    ["service", "jssdk-share", certified],
    ["subscription", "menu", certified],
    ["subscription", "template", never],
    ["subscription", "oauth", never],
    ["subscription", "users", certified],
    ["mini-program", "session", all],
    ["mini-program", "template", never],
    ["mini-program", "pay", certified],
    ["website", "oauth", all],
    ["website", "media", never],
    ["app", "oauth", all]
  ] as ReadonlyArray<readonly [AccountKind, Ability, typeof all]>)(
    "a %s and %s: as WeChat's table of permissions says",
    ([kind, ability, expected]) =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          {
            certified: yield* may(account({ kind }), ability),
            uncertified: yield* may(account({ kind, certified: false }), ability)
          },
          expected
        )
      })
  )

  it.effect("ends with the certification, to the millisecond, where it needs one", () =>
    Effect.gen(function* () {
      const one = account({ certifiedUntil: 1_000 })
      yield* TestClock.setTime(999)
      assert.isTrue(yield* may(one, "template"))
      yield* TestClock.setTime(1_000)
      assert.isFalse(yield* may(one, "template"))
      assert.isTrue(yield* may(one, "menu"))
    })
  )

  it.effect("is for the chosen few while a pilot runs, and the rest stays as it was", () =>
    Effect.gen(function* () {
      const one = account({ pilot: { template: ["oCHOSEN"] } })
      assert.isTrue(yield* may(one, "template", "oCHOSEN"))
      assert.isFalse(yield* may(one, "template", "oOTHER"))
      assert.isTrue(yield* may(one, "custom", "oOTHER"))
      // What is about nobody, as the list of templates, is no matter of the pilot.
      assert.isTrue(yield* may(one, "template"))
    })
  )

  it.effect("is refused as WeChat would, in a sentence that names nobody", () =>
    Effect.gen(function* () {
      const one = account({ pilot: { template: [] } })
      const {
        class: kind,
        code,
        message,
        rid
      } = yield* Accounts.use((accounts) =>
        Effect.flip(accounts.mayUse(one, "template", "oCANARY"))
      ).pipe(Effect.provide(Accounts.layer([one])))
      assert.deepStrictEqual([code, kind, rid], [48001, "C", undefined])
      assert.match(message, /"template" of account main is open to the chosen few/)
      assert.notInclude(message, "CANARY")
    })
  )
})

describe("the settings of an account", () => {
  const key = "a".repeat(43)
  it.effect.each([
    ["a name that is no part of an address", { name: "Main/1" }, /^name: /],
    ["an appid with a space", { appid: "wx 1" }, /^appid: /],
    ["half a secret", { secret: Redacted.make("CANARY") }, /^secret: /],
    ["an original id of another form", { originalId: "main" }, /^originalId: /],
    ["a page instead of a host", { jsHosts: ["https://shop.example/"] }, /^jsHosts: /],
    ["a host that is no host", { jsHosts: ["shop.example."] }, /^jsHosts: /],
    [
      "secure mode without a key",
      { callback: { token: Redacted.make("CANARYtoken"), mode: "secure" } },
      /^callback.aesKey: /
    ],
    [
      "a key one letter short",
      {
        callback: {
          token: Redacted.make("token"),
          mode: "secure",
          aesKey: Redacted.make(key.slice(1))
        }
      },
      /^callback.aesKey: /
    ],
    [
      "a token with a sign in it",
      { callback: { token: Redacted.make("CANARY-1"), mode: "plain" } },
      /^callback.token: /
    ],
    [
      "a website that is pushed to",
      { kind: "website", callback: { token: Redacted.make("token"), mode: "plain" } },
      /^callback: /
    ],
    [
      "a neighbour without an address",
      {
        callback: { token: Redacted.make("token"), mode: "plain", forwardTo: "erp.internal" }
      },
      /^callback.forwardTo: /
    ]
  ] as ReadonlyArray<readonly [string, Partial<Account>, RegExp]>)(
    "%s is refused, and the secret is not told",
    ([, changes, complaint]) =>
      Effect.gen(function* () {
        const { message, problems } = yield* Effect.flip(checkAccount(account(changes)))
        assert.match(message, complaint)
        assert.strictEqual(problems.length, 1)
        assert.notInclude(message, "CANARY")
      })
  )

  it.effect("sound ones pass, with both keys of a change of keys", () =>
    Effect.gen(function* () {
      const callback = {
        token: Redacted.make("token123"),
        aesKey: Redacted.make(key),
        previousAesKey: Redacted.make("b".repeat(43)),
        mode: "compatible",
        forwardTo: "http://10.0.0.5:8080/wx?a=1"
      } as const
      const one = account({ callback, jsHosts: ["shop.example", "localhost:3000"] })
      assert.strictEqual(yield* checkAccount(one), one)
    })
  )
})
