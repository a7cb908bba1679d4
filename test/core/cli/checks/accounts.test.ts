import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { env } from "../../../../config/env.ts"
import { checkAccounts } from "../../../../core/cli/checks/accounts.ts"
import { type GatewayConfig, readConfig } from "../../../../core/gateway/settings.ts"
import { type Deed, makePlatform, offline, refusal } from "../../wechat/platform.ts"

const settings = ConfigProvider.layer(
  ConfigProvider.fromUnknown({ WEIR_MODE: "production", PUBLIC_URL: "https://weir.example" })
)

const one = {
  name: "main",
  appid: "wx0000000000000001",
  secret: Redacted.make("CANARY0123456789abcdef0123456789"),
  kind: "service",
  certifiedUntil: "2027-03-31"
} as const

/** What the doctor says of accounts at a WeChat that gives out tokens like this. */
const found = Effect.fnUntraced(function* (
  accounts: GatewayConfig["accounts"],
  token: Deed = { json: { access_token: "TOKEN-1", expires_in: 7_200 } }
) {
  yield* TestClock.setTime(Date.parse("2026-11-24T12:00:00+08:00"))
  const config = { ...env.gateway, ...(accounts !== undefined && { accounts }), plugins: [] }
  const read = yield* Effect.provide(readConfig(config), settings)
  const platform = makePlatform(() => offline)
  platform.token = () => token
  const findings = yield* checkAccounts({ config, ...read }).pipe(Effect.provide(platform.layer))
  assert.notInclude(JSON.stringify(findings), "CANARY")
  return findings.map(({ about, fix = "", says, state }) => ({
    about,
    state,
    says: `${says} → ${fix}`
  }))
})

describe("weir doctor, of accounts", () => {
  it.effect("is content where WeChat gives a token and the certification goes on", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        (yield* found([one])).map(({ about, state }) => [about, state]),
        [
          ["account main", "good"],
          ["certification of account main", "good"]
        ]
      )
    })
  )

  it.effect.each([
    [
      refusal(40164, "invalid ip 203.0.113.9 ipv6 ::1, not in whitelist"),
      /203\.0\.113\.9 → .*IP whitelist/
    ],
    [refusal(40125), /40125, the AppSecret is wrong → copy appid and AppSecret/],
    [refusal(40243), /frozen.*→ unfreeze/],
    [refusal(89503), /administrator.*→ let an administrator/],
    [refusal(50007), /50007, .*→ see the account's basic settings/],
    [offline, /cannot be reached: ECONNREFUSED → let this machine reach it/],
    [{ body: "<html>" }, /of no use.*→ check WECHAT_API_URL/]
  ] as ReadonlyArray<readonly [Deed, RegExp]>)(
    "says what keeps the token away, and how to mend it (%#)",
    ([deed, words]) =>
      Effect.gen(function* () {
        const [token] = yield* found([one], deed)
        assert.strictEqual(token?.state, "wrong")
        assert.match(token?.says ?? "", words)
      })
  )

  it.effect.each([
    ["2026-12-20", "wrong", /27 days left → renew/],
    ["2026-11-23", "wrong", /has ended.*→ renew/],
    [undefined, "note", /not watched: set certifiedUntil/]
  ] as const)("looks at the end of a certification (%s)", ([last, state, words]) =>
    Effect.gen(function* () {
      const { certifiedUntil: _, ...rest } = one
      const account = last === undefined ? rest : { ...rest, certifiedUntil: last }
      const [, certification] = yield* found([account])
      assert.strictEqual(certification?.state, state)
      assert.match(certification?.says ?? "", words)
    })
  )

  it.effect(
    "knows accounts without certification, apps without a token, and gateways without accounts",
    () =>
      Effect.gen(function* () {
        const states = (
          findings: ReadonlyArray<{ readonly about: string; readonly state: string }>
        ) => findings.map(({ about, state }) => `${about}: ${state}`)
        const { certifiedUntil: _, ...rest } = one
        assert.deepStrictEqual(states(yield* found([{ ...rest, certified: false }])), [
          "account main: good",
          "certification of account main: note"
        ])
        assert.deepStrictEqual(states(yield* found([{ ...rest, name: "web", kind: "website" }])), [
          "account web: note"
        ])
        assert.deepStrictEqual(states(yield* found(undefined)), ["accounts: note"])
      })
  )

  it.effect("says what is wrong with the settings where nothing can be asked", () =>
    Effect.gen(function* () {
      const [wrong] = yield* found([{ ...one, name: "Main!" }])
      assert.deepStrictEqual([wrong?.about, wrong?.state], ["gateway.account Main!", "wrong"])
    })
  )
})
