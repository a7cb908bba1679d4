import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { CustomerId } from "#core"
import type { How } from "../../../core/payments/preparing.ts"
import { eachDatabase } from "../../support/database.ts"
import { pass } from "../../support/world.ts"
import { basket, openShop } from "./shop.ts"
import {
  browser,
  customerAt,
  invited,
  native,
  paidOnce,
  pathOf,
  pay,
  prepare,
  states,
  tagOf
} from "./steps.ts"

const { reference } = basket

/** Each way, as somebody means to take it. */
const ways: ReadonlyArray<
  readonly [name: string, type: string, how: (customer: CustomerId) => How]
> = [
  ["a page inside WeChat", "JSAPI", (customer) => ({ way: "jsapi", account: "main", customer })],
  ["a mini program", "JSAPI", (customer) => ({ way: "jsapi", account: "mini", customer })],
  ["an app", "APP", () => ({ way: "app", account: "app" })],
  ["a browser", "MWEB", () => browser],
  ["a QR", "NATIVE", () => native]
]

eachDatabase("a payment is made", (database) => {
  it.effect.each(ways)("from %s", ([name, type, how]) =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const customer = yield* customerAt(shop, name === "a mini program" ? "mini" : "main")
      yield* invited(shop)
      const one = yield* prepare(shop, how(customer))
      const two = yield* prepare(shop, how(customer))
      assert.strictEqual(pathOf(two), pathOf(one))
      assert.strictEqual(one.standing._tag, "Paying")
      // Not even while the order waits does it stand anywhere in clear who is to pay, or whence.
      const [waiting] = yield* Effect.map(shop.control("GET", "/ledger"), ({ orders }) => orders)
      for (const secret of [waiting.openid || shop.credentials.openid, browser.ip])
        assert.isFalse(yield* shop.anywhere(secret))
      yield* pay(shop, one)
      yield* pass("2 seconds")
      assert.strictEqual(yield* tagOf(shop), "Paid")
      assert.deepStrictEqual(yield* states(shop), [`${type} SUCCESS`])
      assert.deepStrictEqual(shop.heard, paidOnce)
    })
  )

  it.effect("by the answer to a query, where no notify came", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const customer = yield* customerAt(shop, "main")
      yield* invited(shop)
      const way = yield* prepare(shop, { way: "jsapi", account: "main", customer })
      yield* shop.control("PUT", "/faults", { fault: "drop", path: "/notify", times: 100 })
      yield* pay(shop, way)
      const standing = yield* shop.pays((payments) => payments.ask({ reference }))
      assert.strictEqual(standing._tag, "Paid")
    })
  )

  it.effect(
    "although WeChat's answer to the order was lost: the same order is asked for again",
    () =>
      Effect.gen(function* () {
        const shop = yield* openShop(database)
        yield* invited(shop)
        shop.network.weather = ({ url }) => (url.endsWith("/h5") ? "answer lost" : "fair")
        const lost = yield* prepare(shop, browser)
        assert.deepStrictEqual([lost.standing._tag, lost.cashier], ["Awaited", undefined])
        shop.network.weather = () => "fair"
        const found = yield* prepare(shop, browser)
        assert.lengthOf(yield* shop.orders, 1)
        const [first, second] = shop.network.sent.filter(({ url }) => url.endsWith("/h5"))
        assert.deepStrictEqual(second?.body, first?.body)
        yield* pay(shop, found)
        yield* pass("2 seconds")
        assert.deepStrictEqual(shop.heard, paidOnce)
      })
  )

  it.effect("from a browser whose address has died: by a fresh one to the same order", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* invited(shop)
      const returnTo = "https://shop.example.com/done?a=b"
      const one = yield* prepare(shop, { ...browser, returnTo })
      assert.match(pathOf(one), /&redirect_url=https%3A%2F%2Fshop.example.com%2Fdone%3Fa%3Db$/)
      yield* pass("6 minutes")
      const two = yield* prepare(shop, browser)
      assert.notStrictEqual(pathOf(two), pathOf(one))
      assert.lengthOf(yield* shop.orders, 1)
      yield* pay(shop, two)
      yield* pass("2 seconds")
      assert.deepStrictEqual(shop.heard, paidOnce)
    })
  )
})

eachDatabase("a way that cannot be taken", (database) => {
  it.effect("is refused with what is wrong, and nothing is asked of WeChat", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const customer = yield* customerAt(shop, "main")
      yield* invited(shop)
      const asked = shop.network.sent.length
      for (const [how, field] of [
        [{ way: "jsapi", account: "nowhere", customer }, "account"],
        [{ way: "jsapi", account: "app", customer }, "account"],
        [{ way: "app", account: "main" }, "account"],
        // Known to the service account, and never seen at the mini program.
        [{ way: "jsapi", account: "mini", customer }, "customer"],
        [{ ...browser, ip: "their phone" }, "ip"]
      ] as ReadonlyArray<readonly [How, string]>) {
        const refused = yield* Effect.flip(prepare(shop, how))
        if (refused._tag !== "OrderInvalid") return assert.fail(refused._tag)
        assert.strictEqual(refused.field, field)
      }
      assert.strictEqual(shop.network.sent.length, asked)
      assert.strictEqual(yield* tagOf(shop), "Open")
      const nothing = shop.pays((payments) => payments.prepare({ reference: "none" }, native))
      assert.strictEqual((yield* Effect.flip(nothing))._tag, "PaymentUnknown")
    })
  )
})
