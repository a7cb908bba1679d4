import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted, Result } from "effect"
import { env } from "../../../config/env.ts"
import { accountSetup } from "../../../core/gateway/accounts.ts"
import { paySetup } from "../../../core/gateway/merchants.ts"
import { type GatewayConfig, readConfig } from "../../../core/gateway/settings.ts"
import { Transport } from "../../../core/transport.ts"
import { openSandbox } from "../../support/wechat-sandbox.ts"

const secret = "0123456789abcdef0123456789abcdef"
const production = { WEIR_MODE: "production", PUBLIC_URL: "https://weir.example" }
const development = { WEIR_MODE: "development" }

/** What the environment and the file come to. */
const setup = Effect.fnUntraced(function* (
  variables: Readonly<Record<string, string>>,
  more: Partial<GatewayConfig> = {}
) {
  const { settings } = yield* readConfig({ ...env.gateway, ...more, plugins: [] }).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))
  )
  return yield* accountSetup(settings)
})

/** The words of one who answers everybody alike, and nobody else. */
const hearing = (text: string) =>
  Layer.succeed(
    Transport,
    Transport.of({
      exchange: ({ url }) => {
        assert.strictEqual(url, "http://127.0.0.1:3003/credentials")
        return Effect.succeed({ status: 200, headers: {}, body: Buffer.from(text) })
      }
    })
  )
const alone = Layer.succeed(
  Transport,
  Transport.of({ exchange: () => Effect.die("Nobody was to be asked") })
)

const problems = (...given: Parameters<typeof setup>) =>
  setup(...given).pipe(
    Effect.provide(alone),
    Effect.match({
      onSuccess: () => [],
      onFailure: ({ problems }) => problems.map(({ option, problem }) => `${option}: ${problem}`)
    })
  )

describe("the accounts of a gateway", () => {
  it.effect("the environment names the first, a service account; the file the rest", () =>
    Effect.gen(function* () {
      const { accounts, hosts } = yield* setup(
        {
          ...production,
          WECHAT_APP_ID: "wx0000000000000001",
          WECHAT_APP_SECRET: secret,
          WECHAT_CALLBACK_TOKEN: "token123",
          WECHAT_ENCODING_AES_KEY: "k".repeat(43)
        },
        {
          accounts: [
            {
              name: "shop",
              appid: "wx0000000000000002",
              secret: Redacted.make(secret),
              kind: "mini-program",
              certifiedUntil: "2027-03-31",
              pilot: { subscription: ["oCHOSEN"] },
              jsHosts: ["shop.example"]
            }
          ]
        }
      ).pipe(Effect.provide(alone))
      const [first, second] = accounts
      assert.deepStrictEqual(
        [first?.name, first?.kind, first?.certified, first?.callback?.mode, first?.jsHosts],
        ["main", "service", true, "secure", ["weir.example"]]
      )
      // To the end of its last day in Beijing.
      assert.strictEqual(second?.certifiedUntil, Date.parse("2027-04-01T00:00:00+08:00"))
      assert.deepStrictEqual(second?.pilot, { subscription: ["oCHOSEN"] })
      assert.deepStrictEqual(hosts, {
        api: "https://api.weixin.qq.com",
        open: "https://open.weixin.qq.com",
        mp: "https://mp.weixin.qq.com"
      })
    })
  )

  it.effect("may be none: a till needs a merchant only, whose appid is not an account's", () =>
    Effect.gen(function* () {
      const variables = {
        ...production,
        WECHAT_APP_ID: "wx0000000000000001",
        WECHAT_APP_SECRET: ""
      }
      const { accounts } = yield* Effect.provide(setup(variables), alone)
      assert.deepStrictEqual(accounts, [])
    })
  )

  it.effect("in development without any are the sandbox's, all of one Open Platform account", () =>
    Effect.gen(function* () {
      const { credentials } = yield* openSandbox()
      const { accounts, hosts } = yield* Effect.provide(
        setup(development),
        hearing(JSON.stringify(credentials))
      )
      assert.deepStrictEqual(
        accounts.slice(0, 3).map(({ appid, kind, name }) => [name, kind, appid]),
        [
          ["main", "service", credentials.appid],
          ["website", "website", credentials.websiteAppid],
          ["mini", "mini-program", credentials.miniAppid]
        ]
      )
      assert.deepStrictEqual([...new Set(accounts.map(({ union }) => union))], ["sandbox"])
      const [{ callback, originalId, secret }] = accounts as [(typeof accounts)[number]]
      assert.strictEqual(Redacted.value(secret), credentials.secret)
      assert.strictEqual(originalId, credentials.originalId)
      assert.strictEqual(callback?.mode, "secure")
      assert.deepStrictEqual([...new Set(Object.values(hosts))], ["http://127.0.0.1:3003"])
    })
  )

  it.effect("in development say what to do where no sandbox answers", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(Effect.provide(setup(development), hearing("nothing")))
      assert.match(message, /no WeChat sandbox answers at .*; start it .*, or name an account/)
    })
  )

  it.effect("all that is wrong is said at once, and no secret with it", () =>
    Effect.gen(function* () {
      const twice = {
        name: "main",
        appid: "wx0000000000000001",
        secret: Redacted.make("CANARY"),
        kind: "service"
      } as const
      const said = yield* problems(
        {
          ...production,
          WECHAT_APP_ID: "wx0000000000000001",
          WECHAT_APP_SECRET: secret,
          WECHAT_ENCODING_AES_KEY: "k".repeat(43)
        },
        { accounts: [twice] }
      )
      assert.deepStrictEqual(
        said.map((line) => line.replace(/: expected.*/, "")),
        [
          "callbackToken: WECHAT_CALLBACK_TOKEN is not set, and WECHAT_ENCODING_AES_KEY is",
          "account main: secret",
          "account main: name: two accounts have main",
          "account main: appid: two accounts have wx0000000000000001"
        ]
      )
    })
  )

  it.effect("a token without the secret it belongs to is half an account", () =>
    Effect.gen(function* () {
      const said = yield* problems({ ...production, WECHAT_CALLBACK_TOKEN: "token123" })
      assert.match(String(said), /^appSecret: WECHAT_APP_SECRET is not set/)
    })
  )

  it.effect("a day that no calendar has is no end of a certification", () =>
    Effect.gen(function* () {
      const one = {
        name: "main",
        appid: "wx0000000000000001",
        secret: Redacted.make(secret),
        kind: "service",
        certifiedUntil: "2027-02-30"
      } as const
      const said = yield* problems(production, { accounts: [one] })
      assert.match(String(said), /^accounts: .*a date as 2027-03-31/)
    })
  )

  it.effect("production refuses the sandbox's addresses, and every name the sandbox made up", () =>
    Effect.gen(function* () {
      const { credentials } = yield* openSandbox()
      // A partner's and its merchant's are those of the same accounts.
      const named = Object.entries(credentials).filter(([key]) => /appid$/i.test(key))
      const appids = [...new Set(named.map(([, appid]) => appid))]
      assert.isAtLeast(appids.length, 3)
      const said = yield* problems(
        {
          ...production,
          WECHAT_API_URL: "http://127.0.0.1:3003",
          WECHAT_OPEN_URL: "http://localhost:3003",
          WECHAT_MP_URL: "http://[::1]:3003"
        },
        {
          accounts: appids.map((appid, at) => ({
            name: `a${at}`,
            appid,
            secret: Redacted.make(secret),
            kind: "service" as const
          }))
        }
      )
      const refusal = "this is a sandbox, not WeChat; production refuses it"
      assert.deepStrictEqual(said, [
        `wechatApiUrl: ${refusal}`,
        `wechatOpenUrl: ${refusal}`,
        `wechatMpUrl: ${refusal}`,
        ...appids.map((_, at) => `account a${at}: ${refusal}`)
      ])
    })
  )

  it.effect("production refuses the sandbox's merchant as well", () =>
    Effect.gen(function* () {
      const { credentials } = yield* openSandbox()
      const { settings } = yield* readConfig({ ...env.gateway, plugins: [] }).pipe(
        Effect.provide(
          ConfigProvider.layer(
            ConfigProvider.fromUnknown({
              ...production,
              WECHAT_APP_ID: credentials.appid,
              WECHAT_MERCHANT_ID: credentials.mchid,
              WECHAT_MERCHANT_SERIAL: credentials.merchantSerial,
              WECHAT_MERCHANT_KEY: credentials.merchantPrivateKey,
              WECHAT_API_V3_KEY: credentials.apiV3Key,
              WECHAT_PAY_PUBLIC_KEY_ID: credentials.publicKeyId,
              WECHAT_PAY_PUBLIC_KEY: credentials.publicKey
            })
          )
        )
      )
      const outcome = yield* Effect.result(Effect.provide(paySetup(settings), alone))
      assert.match(
        Result.isFailure(outcome) ? outcome.failure.message : "",
        new RegExp(`merchant ${credentials.mchid}: this is a sandbox`)
      )
    })
  )
})
