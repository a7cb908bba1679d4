import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { yuan } from "#core"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { basket, openShop, type Shop } from "./shop.ts"

const { reference } = basket
const deposit = { ...basket, part: "deposit", amount: yuan("20") }
const balance = { ...basket, part: "balance", amount: yuan("68") }

const total = (shop: Shop) => shop.pays((payments) => payments.total(reference))
const sums = (shop: Shop) =>
  Effect.map(total(shop), ({ asked, left, paid, refunded }) => ({ asked, paid, refunded, left }))

const paid = Effect.fnUntraced(function* (shop: Shop, part: string) {
  yield* shop.pays((payments) => payments.prepare({ reference, part }, { way: "native" }))
  yield* shop.payer()
  yield* pass("2 seconds")
})

eachDatabase("a reference that is paid in parts", (database) => {
  it.effect("is added up, whichever part comes first", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      assert.deepStrictEqual(yield* sums(shop), { asked: 0, paid: 0, refunded: 0, left: 0 })
      yield* shop.pays((payments) => payments.invite(balance))
      yield* paid(shop, "balance")
      assert.deepStrictEqual(yield* sums(shop), { asked: 6800, paid: 6800, refunded: 0, left: 0 })
      const { payUrl } = yield* shop.pays((payments) => payments.invite(deposit))
      const other = yield* shop.pays((payments) => payments.invite(balance))
      assert.notStrictEqual(payUrl, other.payUrl)
      assert.deepStrictEqual(yield* sums(shop), {
        asked: 8800,
        paid: 6800,
        refunded: 0,
        left: 2000
      })
      yield* paid(shop, "deposit")
      const { parts } = yield* total(shop)
      assert.deepStrictEqual(
        parts.map(({ amount, part, standing }) => [part, amount, standing._tag]),
        [
          ["balance", 6800, "Paid"],
          ["deposit", 2000, "Paid"]
        ]
      )
      assert.deepStrictEqual(shop.heard, [
        { is: "paid", part: "balance", amount: 6800 },
        { is: "paid", part: "deposit", amount: 2000 }
      ])
    })
  )

  it.effect("gives back of the part that is named, and of no other", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      for (const order of [deposit, balance]) {
        yield* shop.pays((payments) => payments.invite(order))
        yield* paid(shop, order.part)
      }
      const back = { reference, part: "deposit", key: "1", amount: yuan("5"), reason: "优惠" }
      yield* meanwhile(shop.pays((payments) => payments.refund(back)))
      assert.deepStrictEqual(yield* sums(shop), { asked: 8800, paid: 8800, refunded: 500, left: 0 })
      const tooMuch = { ...back, key: "2", amount: yuan("15.01") }
      const refused = yield* Effect.flip(shop.pays((payments) => payments.refund(tooMuch)))
      assert.strictEqual(refused._tag, "NotRefundable")
      const orders = yield* shop.orders
      assert.deepStrictEqual(
        orders.map(({ refunds, total }) => [total, refunds.length]),
        [
          [2000, 1],
          [6800, 0]
        ]
      )
    })
  )

  it.effect("asks no more for a part that was given up", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(deposit))
      yield* shop.pays((payments) => payments.invite(balance))
      yield* paid(shop, "deposit")
      yield* shop.pays((payments) => payments.reverse({ reference, part: "balance" }))
      assert.deepStrictEqual(yield* sums(shop), { asked: 2000, paid: 2000, refunded: 0, left: 0 })
      yield* pass("1 second")
      assert.deepInclude(shop.heard, { is: "closed", part: "balance", amount: 6800 })
    })
  )
})
