import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Ledger } from "../../../core/payments/ledger.ts"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { openShop } from "./shop.ts"
import {
  browser,
  customerAt,
  invited,
  native,
  paidOnce,
  pathOf,
  pay,
  prepare,
  prepared,
  states,
  tagOf
} from "./steps.ts"

eachDatabase("a payer who goes another way", (database) => {
  it.effect("has what they began closed, and hears nothing of it", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const customer = yield* customerAt(shop, "main")
      yield* invited(shop)
      yield* prepare(shop, native)
      const page = yield* prepared(shop, { way: "jsapi", account: "main", customer })
      assert.deepStrictEqual(yield* states(shop), ["NATIVE CLOSED", "JSAPI NOTPAY"])
      yield* pay(shop, page)
      yield* pass("2 seconds")
      assert.deepStrictEqual(shop.heard, paidOnce)
      assert.lengthOf(yield* shop.kept, 1)
    })
  )

  it.effect("is somebody else, or another browser: the order of the first is closed", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { silentOpenid } = shop.credentials
      const one = yield* customerAt(shop, "main")
      const other = yield* customerAt(shop, "main", silentOpenid)
      yield* invited(shop)
      const first = yield* prepared(shop, { way: "jsapi", account: "main", customer: one })
      const second = yield* prepared(shop, { way: "jsapi", account: "main", customer: other })
      assert.notStrictEqual(pathOf(first), pathOf(second))
      yield* prepared(shop, browser)
      yield* prepared(shop, { ...browser, ip: "203.0.113.8" })
      assert.deepStrictEqual(yield* states(shop), [
        "JSAPI CLOSED",
        "JSAPI CLOSED",
        "MWEB CLOSED",
        "MWEB NOTPAY"
      ])
    })
  )

  it.effect("and pays the first in the moment before it is closed keeps what they paid for", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* invited(shop)
      const first = yield* prepared(shop, native)
      const [order] = yield* shop.orders
      const seen = yield* shop.within(
        Ledger.use((ledger) => ledger.saleOf(order?.outTradeNo ?? ""))
      )
      const [attempt] = seen?.attempts ?? []
      if (seen === undefined || attempt === undefined) return yield* Effect.die("nothing is there")
      yield* pay(shop, first)
      yield* pass("2 seconds")
      // Who is about to close it has seen it unpaid.
      const undo = Ledger.use((ledger) =>
        ledger.undo({ attempt, payment: seen.payment }, "superseded")
      )
      assert.isFalse(yield* meanwhile(shop.within(undo)).pipe(Effect.map(({ value }) => value)))
      yield* pass("1 minute")
      assert.deepStrictEqual(shop.heard, paidOnce)
      assert.lengthOf(yield* shop.kept, 1)
    })
  )

  it.effect("and had paid before: that counts, and nothing else is begun", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* invited(shop)
      const qr = yield* prepare(shop, native)
      // WeChat has the money, and its notify does not come through.
      yield* shop.control("PUT", "/faults", { fault: "drop", path: "/notify", times: 100 })
      yield* pay(shop, qr)
      const page = yield* prepared(shop, browser)
      assert.deepStrictEqual([page.standing._tag, page.cashier], ["Paid", undefined])
      assert.deepStrictEqual(yield* states(shop), ["NATIVE SUCCESS"])
      yield* pass("1 minute")
      assert.lengthOf(yield* shop.kept, 1)
      assert.deepStrictEqual(shop.heard, paidOnce)
    })
  )

  it.effect("and pays both: one of them goes back, and a person is told", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* invited(shop)
      yield* prepare(shop, native)
      // At the password page when it is closed; WeChat takes the money ten seconds later.
      yield* shop.control("PUT", "/faults", { fault: "late" })
      const page = yield* prepared(shop, browser)
      yield* pay(shop, page)
      yield* pass("2 seconds")
      assert.strictEqual(yield* tagOf(shop), "Paid")
      yield* shop.control("POST", "/clock", { advance: "10 seconds" })
      yield* pass("2 minutes")
      const kept = yield* shop.kept
      assert.deepStrictEqual(
        kept.map(({ tradeType }) => tradeType),
        ["MWEB"]
      )
      assert.lengthOf(yield* shop.orders, 2)
      assert.include(
        (yield* shop.todos).map(({ kind }) => kind),
        "payment.late"
      )
      assert.strictEqual(yield* tagOf(shop), "Paid")
    })
  )

  it.effect("twice at once has one order open in the end", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* invited(shop)
      const both = Effect.all([prepare(shop, native), prepare(shop, browser)], {
        concurrency: "unbounded"
      })
      yield* meanwhile(both)
      yield* pass("1 minute")
      const open = (yield* states(shop)).filter((state) => state.endsWith("NOTPAY"))
      assert.lengthOf(open, 1)
      assert.strictEqual(yield* tagOf(shop), "Paying")
    })
  )
})
