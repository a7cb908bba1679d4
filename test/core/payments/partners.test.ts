import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { basket, openShop, type Shop } from "./shop.ts"
import { customerAt, invited, native, pay, tagOf } from "./steps.ts"

const { reference } = basket

type Credentials = Shop["credentials"]

/** The sandbox's merchant, and beside it one that its partner sells for, at an account of the partner's or its own. */
const merchantsOf = (given: Credentials) => {
  const shared = {
    serial: given.merchantSerial,
    key: Redacted.make(given.merchantPrivateKey),
    apiV3Key: Redacted.make(given.apiV3Key),
    publicKeyId: given.publicKeyId,
    publicKey: given.publicKey,
    certificates: [given.platformCertificate]
  }
  const partner = { mchid: given.partnerMchid, appid: given.partnerAppid }
  const direct = { ...shared, mchid: given.mchid, appid: given.appid, stores: ["DIRECT"] }
  return [{ ...shared, mchid: given.subMchid, appid: given.partnerAppid, partner }, direct]
}

eachDatabase("a way that the merchant does not have", (database) => {
  it.effect("is refused by WeChat, which is said, and somebody's to mend", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database, {
        settings: (given) => ({ merchants: merchantsOf(given) })
      })
      yield* invited(shop)
      const how = { way: "app", account: "app" } as const
      const refused = yield* shop.pays((payments) => payments.prepare({ reference }, how))
      assert.deepInclude(refused.standing, { _tag: "Refused", detail: "APPID_MCHID_NOT_MATCH" })
      assert.strictEqual(yield* tagOf(shop), "Open")
      assert.deepStrictEqual(
        (yield* shop.todos).map(({ kind }) => kind),
        ["wechat.refuses"]
      )
    })
  )
})

eachDatabase("merchants of their own and of a partner, side by side", (database) => {
  it.effect("are paid, asked about, closed and give back, each by its own number", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database, {
        settings: (given) => ({ merchants: merchantsOf(given) })
      })
      const customer = yield* customerAt(shop, "main")
      const page = { way: "jsapi", account: "main", customer } as const
      const mini = { ...page, account: "mini", customer: yield* customerAt(shop, "mini") } as const
      const { mchid, subMchid } = shop.credentials
      for (const [name, store, how] of [
        ["direct", "DIRECT", page],
        ["partner", "GZ0013", page],
        ["own account", "GZ0013", mini],
        ["qr", "GZ0013", native]
      ] as const) {
        const order = { ...basket, reference: name, store }
        yield* shop.pays((payments) => payments.invite(order))
        const at = { reference: name }
        const way = yield* shop.pays((payments) => payments.prepare(at, how))
        yield* pay(shop, way)
        yield* pass("2 seconds")
        const paid = yield* shop.pays((payments) => payments.ask(at))
        assert.strictEqual(paid._tag, "Paid", name)
        const back = { ...at, key: "1", amount: basket.amount, reason: "退货" }
        const { value } = yield* meanwhile(shop.pays((payments) => payments.refund(back)))
        assert.strictEqual(value._tag, "Accepted", name)
      }
      const { orders } = yield* shop.control("GET", "/ledger")
      assert.deepStrictEqual(
        orders.map((order: { mchid: string; appid: string }) => [order.mchid, order.appid]),
        [
          [mchid, shop.credentials.appid],
          [subMchid, shop.credentials.partnerAppid],
          [subMchid, shop.credentials.subAppid],
          [subMchid, shop.credentials.partnerAppid]
        ]
      )
      const order = { ...basket, reference: "closed" }
      yield* shop.pays((payments) => payments.invite(order))
      yield* shop.pays((payments) => payments.prepare({ reference: "closed" }, native))
      yield* meanwhile(shop.pays((payments) => payments.reverse({ reference: "closed" })))
      assert.strictEqual((yield* shop.orders).at(-1)?.tradeState, "CLOSED")
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* shop.todos, [])
    })
  )
})
