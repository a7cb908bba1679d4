import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { Fen, yuan } from "#core"
import { Cashier } from "../../../core/payments/cashier.ts"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { basket, openShop, type Shop } from "./shop.ts"

const native = { way: "native" } as const
const { reference } = basket
const tagOf = (shop: Shop) =>
  Effect.map(
    shop.pays((payments) => payments.standing({ reference })),
    ({ _tag }) => _tag
  )

/** The last part of an invitation's address, and what it leads to. */
const opened = (shop: Shop, payUrl: string) =>
  shop.within(Cashier.use(({ invited }) => invited(payUrl.split("/pay/")[1] ?? "")))

eachDatabase("an invitation to pay", (database) => {
  it.effect("is open until somebody pays, and its address leads there in every process", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const first = yield* shop.pays((payments) => payments.invite(basket))
      assert.strictEqual(first.standing._tag, "Open")
      assert.match(first.payUrl, /^http:\/\/weir.test\/pay\/[0-9A-Z]{24}[0-9a-f]{24}$/)
      assert.notInclude(first.payUrl, reference)
      yield* shop.restart
      const again = yield* shop.pays((payments) => payments.invite(basket))
      assert.deepStrictEqual(again, first)
      const page = yield* opened(shop, first.payUrl)
      assert.deepInclude(page, {
        plugin: "shop",
        reference,
        amount: yuan("88"),
        title: basket.title
      })
      const forged = first.payUrl.replace(/.$/, (last) => (last === "0" ? "1" : "0"))
      assert.strictEqual((yield* Effect.flip(opened(shop, forged)))._tag, "PaymentUnknown")
    })
  )

  it.effect("is paid by the QR that is shown for it, the same one each time", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      const one = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.strictEqual(one.standing._tag, "Paying")
      const two = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.deepStrictEqual(two, one)
      assert.lengthOf(yield* shop.orders, 1)
      yield* shop.payer()
      yield* pass("2 seconds")
      assert.strictEqual(yield* tagOf(shop), "Paid")
      const late = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.deepStrictEqual([late.standing._tag, late.cashier], ["Paid", undefined])
      yield* pass("1 hour")
      assert.deepStrictEqual(shop.heard, [{ is: "paid", part: "", amount: 8800 }])
    })
  )

  it.effect("is closed at its end, and only then", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      yield* pass("29 minutes")
      assert.strictEqual(yield* tagOf(shop), "Open")
      yield* shop.restart
      yield* pass("2 minutes")
      assert.strictEqual(yield* tagOf(shop), "Closed")
      assert.deepStrictEqual(shop.heard, [{ is: "closed", part: "", amount: 8800 }])
      const late = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.deepStrictEqual([late.standing._tag, late.cashier], ["Closed", undefined])
      assert.lengthOf(yield* shop.orders, 0)
      // What was asked for in vain may be asked for anew.
      const again = yield* shop.pays((payments) => payments.invite(basket))
      assert.strictEqual(again.standing._tag, "Open")
    })
  )

  it.effect("ends with the QR that was shown for it, and tells so once", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      yield* shop.pays((payments) => payments.prepare({ reference }, native))
      yield* pass("35 minutes")
      assert.strictEqual(yield* tagOf(shop), "Closed")
      assert.deepStrictEqual(
        (yield* shop.orders).map(({ tradeState }) => tradeState),
        ["CLOSED"]
      )
      assert.deepStrictEqual(
        shop.heard.filter(({ is }) => is === "closed"),
        [{ is: "closed", part: "", amount: 8800 }]
      )
    })
  )

  it.effect("whose payer was at the password page at its end gives the money back", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite({ ...basket, payWithin: Duration.minutes(2) }))
      yield* shop.pays((payments) => payments.prepare({ reference }, native))
      yield* shop.control("PUT", "/faults", { fault: "late" })
      yield* pass("5 minutes")
      assert.deepInclude(yield* shop.pays((payments) => payments.standing({ reference })), {
        _tag: "Reversed",
        returned: Fen.make(8800)
      })
      const { orders } = yield* shop.control("GET", "/ledger")
      assert.deepInclude(orders[0].refunds[0], { amount: 8800 })
      assert.lengthOf(yield* shop.kept, 0)
      assert.deepStrictEqual(
        (yield* shop.todos).map(({ kind }) => kind),
        ["payment.late"]
      )
      // What it was never told of as paid is not told of as given back.
      assert.deepStrictEqual(
        shop.heard.map(({ is }) => is),
        ["closed"]
      )
    })
  )

  it.effect("outlasts a way that WeChat did not take", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      shop.network.weather = () => "refused"
      const one = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.deepInclude(one.standing, { _tag: "Refused", why: "not sent" })
      assert.strictEqual(yield* tagOf(shop), "Open")
      shop.network.weather = ({ url }) => (url.endsWith("/native") ? "lost" : "fair")
      const two = yield* shop.pays((payments) => payments.prepare({ reference }, native))
      assert.strictEqual(two.standing._tag, "Awaited")
      yield* pass("1 minute")
      assert.strictEqual(yield* tagOf(shop), "Open")
      shop.network.weather = () => "fair"
      yield* shop.pays((payments) => payments.prepare({ reference }, native))
      yield* shop.payer()
      yield* pass("2 seconds")
      assert.deepStrictEqual(shop.heard, [{ is: "paid", part: "", amount: 8800 }])
    })
  )

  it.effect("can be given up, before and after somebody has begun", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      const gone = yield* shop.pays((payments) => payments.reverse({ reference }))
      assert.strictEqual(gone._tag, "Closed")
      yield* shop.pays((payments) => payments.invite(basket))
      yield* shop.pays((payments) => payments.prepare({ reference }, native))
      yield* meanwhile(shop.pays((payments) => payments.reverse({ reference })))
      assert.strictEqual(yield* tagOf(shop), "Closed")
      assert.strictEqual((yield* shop.orders)[0]?.tradeState, "CLOSED")
      yield* pass("1 second")
      assert.lengthOf(
        shop.heard.filter(({ is }) => is === "closed"),
        2
      )
    })
  )

  it.effect.each([
    ["amount", { amount: Fen.make(0) }],
    ["amount", { amount: -1 as Fen }],
    ["amount", { amount: 1.5 as Fen }],
    ["amount", { amount: Fen.make(1_000_000_001) }],
    ["reference", { reference: "" }],
    ["reference", { reference: "r".repeat(129) }],
    ["title", { title: "题".repeat(128) }],
    ["payWithin", { payWithin: Duration.zero }],
    ["payWithin", { payWithin: Duration.infinity }]
  ] as const)("is refused for its %s, and nothing is written down", ([field, wrong]) =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const order = { ...basket, ...wrong }
      const refused = yield* Effect.flip(shop.pays((payments) => payments.invite(order)))
      if (refused._tag !== "OrderInvalid") return assert.fail(refused._tag)
      assert.strictEqual(refused.field, field)
      const total = yield* shop.pays((payments) => payments.total(order.reference))
      assert.deepStrictEqual(total.parts, [])
    })
  )

  it.effect("means one thing: the same reference with anything else is refused", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.pays((payments) => payments.invite(basket))
      for (const [tag, other] of [
        ["AmountDiffers", { amount: yuan("89") }],
        ["OrderDiffers", { title: "小米" }],
        ["OrderDiffers", { store: "GZ0014" }]
      ] as const) {
        const order = { ...basket, ...other }
        const refused = yield* Effect.flip(shop.pays((payments) => payments.invite(order)))
        assert.strictEqual(refused._tag, tag)
        if (refused._tag === "OrderDiffers") assert.property(other, refused.field)
      }
      assert.strictEqual(yield* tagOf(shop), "Open")
    })
  )
})
