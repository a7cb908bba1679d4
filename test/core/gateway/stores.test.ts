import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Layer, Redacted } from "effect"
import { env } from "../../../config/env.ts"
import { paySetup } from "../../../core/gateway/merchants.ts"
import { type GatewayConfig, readConfig } from "../../../core/gateway/settings.ts"
import { Transport } from "../../../core/transport.ts"
import { yuan } from "../../../core/values/money.ts"
import { Merchants } from "../../../core/wechat/pay/merchants.ts"
import { keys, settings } from "../wechat/pay/fixture.ts"

const south = { name: "南方零售有限公司", creditCode: "91440101MA5W31R72N" }
const north = { name: "北方零售有限公司", creditCode: "91110000600037341L" }

const alone = Layer.succeed(
  Transport,
  Transport.of({ exchange: () => Effect.die("Nobody was to be asked") })
)

type Listed = Extract<NonNullable<GatewayConfig["merchants"]>, ReadonlyArray<unknown>>[number]

const merchant = (mchid: string, more: Partial<Listed> = {}): Listed => ({
  mchid,
  appid: settings.appid,
  serial: settings.serial,
  key: settings.privateKey,
  apiV3Key: settings.apiV3Key,
  publicKeyId: keys.platform_public_key_id,
  publicKey: keys.TEST_ONLY_platform_public_key_pem,
  ...more
})

const production = {
  WEIR_MODE: "production",
  PUBLIC_URL: "https://weir.example",
  WECHAT_APP_ID: settings.appid,
  WECHAT_MERCHANT_ID: "1900000109",
  WECHAT_MERCHANT_SERIAL: settings.serial,
  WECHAT_MERCHANT_KEY: Redacted.value(settings.privateKey),
  WECHAT_API_V3_KEY: Redacted.value(settings.apiV3Key),
  WECHAT_PAY_PUBLIC_KEY_ID: keys.platform_public_key_id,
  WECHAT_PAY_PUBLIC_KEY: keys.TEST_ONLY_platform_public_key_pem
}

/** What the environment's merchant and the rest of the file come to. */
const merchants = Effect.fnUntraced(function* (more: Partial<GatewayConfig>) {
  const provider = ConfigProvider.layer(ConfigProvider.fromUnknown(production))
  const config = readConfig({ ...env.gateway, ...more, plugins: [] })
  const { settings } = yield* Effect.provide(config, provider)
  const setup = yield* Effect.provide(paySetup(settings), alone)
  return yield* Merchants.pipe(Effect.provide(Merchants.layer(setup.merchants, setup.stores)))
})

const problems = (more: Partial<GatewayConfig>) =>
  merchants(more).pipe(
    Effect.match({
      onSuccess: () => [],
      onFailure: ({ problems }) => problems.map(({ option, problem }) => `${option}: ${problem}`)
    })
  )

describe("a store", () => {
  it.effect("sells for the merchant it is listed at, under that merchant's legal entity", () =>
    Effect.gen(function* () {
      const { entityOf, of } = yield* merchants({
        merchantEntity: south,
        merchants: [merchant("1900000110", { entity: north, stores: ["BJ0001"] })]
      })
      assert.strictEqual(of("BJ0001").mchid, "1900000110")
      assert.deepStrictEqual(entityOf("1900000110"), north)
      assert.strictEqual(of("GZ0013").mchid, "1900000109")
      assert.deepStrictEqual(entityOf("1900000109"), south)
    })
  )

  it.effect("has the rules it is listed with, also at the merchant of the environment", () =>
    Effect.gen(function* () {
      const { of, storeRules } = yield* merchants({
        merchants: [
          merchant("1900000110", {
            stores: [{ store: "BJ0001", lateSuccess: "hold", holdMinutes: 15 }]
          })
        ],
        stores: [
          { store: "GZ0013", confirmRefundsAbove: yuan("500") },
          { store: "BJ0002", merchant: "1900000110" }
        ]
      })
      assert.deepStrictEqual(storeRules("BJ0001"), {
        lateSuccess: "hold",
        holdFor: Duration.minutes(15),
        confirmRefundsAbove: undefined
      })
      assert.strictEqual(storeRules("GZ0013").confirmRefundsAbove, yuan("500"))
      assert.strictEqual(of("GZ0013").mchid, "1900000109")
      assert.strictEqual(of("BJ0002").mchid, "1900000110")
      assert.strictEqual(storeRules("nobody named it").lateSuccess, "give back")
    })
  )
})

describe("the boot refuses", () => {
  it.effect("a store that sells for two merchants, naming their legal entities", () =>
    Effect.gen(function* () {
      const found = yield* problems({
        merchantEntity: south,
        merchants: [merchant("1900000110", { entity: north, stores: ["BJ0001"] })],
        stores: [{ store: "BJ0001" }]
      })
      assert.deepStrictEqual(found, [
        `store BJ0001: it cannot sell for two merchants, 1900000110 and 1900000109 (${north.name}, ${south.name})`
      ])
    })
  )

  it.effect("a store that is named twice, and one of a merchant nobody knows", () =>
    Effect.gen(function* () {
      const found = yield* problems({
        merchants: [merchant("1900000110", { stores: ["BJ0001", { store: "BJ0001" }] })],
        stores: [{ store: "BJ0002", merchant: "1900000111" }]
      })
      assert.deepStrictEqual(found, [
        "store BJ0001: it is named twice",
        "store BJ0002: there is no merchant 1900000111"
      ])
    })
  )

  it.effect("a merchant that is listed twice", () =>
    Effect.gen(function* () {
      const found = yield* problems({ merchants: [merchant("1900000109")] })
      assert.deepStrictEqual(found, ["merchant 1900000109: this merchant is listed twice"])
    })
  )

  it.effect("a legal entity whose code is mistyped", () =>
    Effect.gen(function* () {
      const found = yield* problems({
        merchantEntity: { ...south, creditCode: "91440101MA5W31R72C" }
      })
      assert.strictEqual(found.length, 1)
      assert.match(String(found[0]), /^merchantEntity: .*unified social credit code/)
    })
  )
})
