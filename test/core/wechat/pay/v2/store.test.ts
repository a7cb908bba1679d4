import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { WechatPay } from "../../../../../core/wechat/pay/client.ts"
import { Merchants } from "../../../../../core/wechat/pay/merchants.ts"
import type { CredentialsReply } from "../../../../../plugins/wechat-sandbox/credentials.ts"
import { hears, query, refund, reverse, sale, sold, ticket } from "../../../../plugins/pos/till.ts"
import { eachDatabase } from "../../../../support/database.ts"
import { meanwhile, openWorld, pass, type World } from "../../../../support/world.ts"

/** The sandbox's merchant as one that never moved to version 3: it has no key of it at all. */
const settings = (given: typeof CredentialsReply.Type) => ({
  merchants: [
    {
      mchid: given.mchid,
      appid: given.appid,
      serial: given.merchantSerial,
      key: Redacted.make(given.merchantPrivateKey),
      protocol: "v2" as const,
      apiV2Key: Redacted.make(given.apiV2Key),
      certificate: given.merchantCertificate
    }
  ]
})

const paths = ({ network }: World) =>
  network.sent.map(({ url }) => new URL(url).pathname).filter((path) => /pay/.test(path))

const qr = { TranCode: "NATIVE", ...ticket, TotalFee: "66.00", Body: "天河城店" }

eachDatabase("a store whose merchant is still on version 2", (database) => {
  it.effect("sells, refunds and reverses as any other, and no word of version 3 is said", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {}, { settings })
      yield* sold(world)
      assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "00")
      yield* pass("1 minute")
      const [order] = yield* world.orders
      assert.deepInclude(order, { tradeState: "REFUND", total: 12_850 })
      assert.deepStrictEqual(
        order?.refunds.map(({ amount, status }) => [amount, status]),
        [[2_850, "SUCCESS"]]
      )
      assert.deepStrictEqual(
        paths(world).filter((path) => path.startsWith("/v3")),
        []
      )
      assert.includeMembers(paths(world), ["/pay/micropay", "/secapi/pay/refund"])
      assert.deepStrictEqual(yield* world.todos, [])
    })
  )

  it.effect("is told of a payer at the password page, and undoes the sale that was given up", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {}, { settings })
      assert.strictEqual((yield* hears(world, sale(yield* world.code("userpaying")))).RetCode, "P1")
      yield* pass("20 seconds")
      yield* hears(world, reverse)
      yield* pass("30 seconds")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "REVOKED")
      assert.include(paths(world), "/secapi/pay/reverse")
    })
  )

  it.effect("asks what became of a sale that WeChat answered with an error of its own", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {}, { settings })
      yield* meanwhile(hears(world, sale(yield* world.code("systemerror"))))
      yield* pass("20 seconds")
      assert.include(yield* hears(world, query), { RetCode: "00" })
      assert.lengthOf(yield* world.kept, 1)
      assert.include(paths(world), "/pay/orderquery")
    })
  )

  it.effect(
    "is notified of a QR that was paid, in XML, and answers in it; a forged notify moves nothing",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database, {}, { settings })
        yield* meanwhile(
          Effect.flatMap(world.write("/qr", qr), (bytes) => world.post("/qr", bytes))
        )
        yield* world.control("PUT", "/faults", { fault: "forge", times: 1 })
        yield* world.payer()
        yield* pass("2 seconds")
        const { notifies } = yield* world.control("GET", "/notifies")
        const deliveries: ReadonlyArray<{ as: string; status: number }> = notifies[0].deliveries
        assert.deepStrictEqual(
          deliveries.map(({ as, status }) => [as, status]),
          [
            ["forged", 401],
            ["notify", 200]
          ]
        )
        assert.include(yield* hears(world, query), { RetCode: "00" })
      })
  )

  it.effect("tries its key by a question that moves nothing", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {}, { settings })
      yield* world.within(
        Effect.gen(function* () {
          const [merchant] = (yield* Merchants).all
          if (merchant?.v2 === undefined) return assert.fail("it speaks version 2")
          const pay = yield* WechatPay
          yield* pay.echo(merchant)
          const wrong = {
            ...merchant,
            v2: { ...merchant.v2, key: Redacted.make("x".repeat(32)) }
          }
          const failure = yield* Effect.flip(pay.echo(wrong))
          assert.strictEqual(failure._tag === "PayRefused" ? failure.code : "", "SIGN_ERROR")
        })
      )
    })
  )
})
