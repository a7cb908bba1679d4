import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Shipped } from "#core"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { express, known, parcel, ships, sold, todos, upload, uploads } from "./shipping-steps.ts"
import { basket, openShop } from "./shop.ts"
import { invited } from "./steps.ts"

const { reference } = basket

eachDatabase("what was sent for a payment", (database) => {
  it.effect("is told to WeChat, which learns of the payment some seconds late, and once", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      const what = yield* express
      assert.strictEqual((yield* ships(shop, what))._tag, "Underway")
      assert.strictEqual((yield* ships(shop, what))._tag, "Underway")
      yield* pass("1 second")
      assert.isUndefined(yield* known(shop))
      yield* pass("12 seconds")
      assert.deepInclude(yield* known(shop), {
        ...{ logisticsType: 1, deliveryMode: 1, allDelivered: true, reshipped: false },
        parcels: [
          {
            tracking_no: parcel.number,
            express_company: "SF",
            item_desc: parcel.item,
            contact: { receiver_contact: parcel.contact }
          }
        ]
      })
      assert.strictEqual(uploads(shop), 2)
      assert.strictEqual((yield* ships(shop, what))._tag, "Told")
      yield* pass("1 minute")
      assert.strictEqual(uploads(shop), 2)
      assert.deepStrictEqual(yield* shop.todos, [])
      for (const secret of [parcel.number, parcel.contact, parcel.item])
        assert.isFalse(yield* shop.anywhere(secret))
    })
  )

  it.effect("is a to-do where WeChat still does not know the payment after a minute", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* shop.control("PUT", "/settings", { shippingAfter: 86_400 })
      const what = yield* express
      yield* ships(shop, what)
      yield* pass("55 seconds")
      assert.deepStrictEqual(yield* todos(shop, "shipping.refused"), [])
      yield* pass("15 seconds")
      // At once, and 10, 20 and 30 seconds after one another.
      assert.strictEqual(uploads(shop), 4)
      assert.deepStrictEqual(yield* ships(shop, what), { _tag: "Refused", detail: "10060001" })
      const [todo] = yield* todos(shop, "shipping.refused")
      assert.include(todo?.detail, "10060001")
    })
  )

  it.effect(
    "is told when it is said again after what was wrong is mended, and its to-do is gone",
    () =>
      Effect.gen(function* () {
        const shop = yield* sold(database)
        yield* shop.control("PUT", "/settings", { shippingAfter: 86_400 })
        const what = yield* express
        yield* ships(shop, what)
        yield* pass("65 seconds")
        assert.strictEqual((yield* ships(shop, what))._tag, "Refused")
        yield* shop.control("PUT", "/settings", { shippingAfter: 10 })
        yield* pass("1 minute")
        assert.strictEqual((yield* ships(shop, what))._tag, "Underway")
        yield* pass("2 seconds")
        assert.strictEqual((yield* ships(shop, what))._tag, "Told")
        assert.deepStrictEqual(yield* shop.todos, [])
      })
  )

  it.effect("is nobody's business where no mini program's order paid", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database, "main")
      const told = yield* ships(shop, yield* express)
      assert.deepStrictEqual(told, { _tag: "Needless", why: "way" })
      yield* pass("1 minute")
      assert.strictEqual(uploads(shop), 0)
    })
  )

  it.effect(
    "is not told where WeChat does not ask the mini program for it, which is asked once",
    () =>
      Effect.gen(function* () {
        const shop = yield* sold(database)
        const path = `/accounts/${shop.credentials.miniAppid}`
        yield* shop.control("PUT", path, { tradeManaged: false })
        const what = yield* express
        yield* ships(shop, what)
        yield* pass("5 seconds")
        const unmanaged = { _tag: "Needless", why: "unmanaged" } as const
        assert.deepStrictEqual(yield* ships(shop, what), unmanaged)
        const later = { ...what, at: what.at + 1000 }
        yield* ships(shop, later)
        yield* pass("5 seconds")
        assert.deepStrictEqual(yield* ships(shop, later), unmanaged)
        const asked = shop.network.sent.filter(({ url }) => url.includes("/is_trade_managed"))
        assert.deepStrictEqual([asked.length, uploads(shop)], [1, 0])
      })
  )

  it.effect("is asked about where WeChat's answer was lost, and not said twice", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      shop.network.weather = ({ url }) => (url.includes(upload) ? "answer lost" : "fair")
      const what = yield* express
      yield* ships(shop, what)
      yield* pass("5 seconds")
      assert.strictEqual((yield* ships(shop, what))._tag, "Underway")
      yield* pass("30 seconds")
      assert.strictEqual((yield* ships(shop, what))._tag, "Told")
      assert.strictEqual(uploads(shop), 1)
      assert.include(yield* known(shop), { reshipped: false })
    })
  )

  it.effect("is sent again where WeChat, asked, has never heard of it", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      shop.network.weather = ({ url }) => (url.includes(upload) ? "lost" : "fair")
      const what = yield* express
      yield* ships(shop, what)
      yield* pass("2 seconds")
      shop.network.weather = () => "fair"
      yield* pass("30 seconds")
      assert.strictEqual((yield* ships(shop, what))._tag, "Told")
      assert.strictEqual(uploads(shop), 2)
      assert.include(yield* known(shop), { reshipped: false })
    })
  )

  it.effect("goes on in the next process", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      const what = yield* express
      yield* ships(shop, what)
      yield* pass("1 second")
      yield* shop.restart
      yield* pass("1 minute")
      assert.strictEqual((yield* ships(shop, what))._tag, "Told")
    })
  )

  it.effect("may be said anew once, by what was sent later; a third time is a person's", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      const first = yield* express
      yield* ships(shop, first)
      yield* pass("2 seconds")
      const older = { ...first, at: first.at - 60_000 }
      assert.deepStrictEqual(yield* ships(shop, older), { _tag: "Needless", why: "later" })
      const second = { ...first, parcels: [{ ...parcel, number: "SF2" }], at: first.at + 1000 }
      yield* ships(shop, second)
      yield* pass("2 seconds")
      const now = yield* known(shop)
      assert.deepStrictEqual([now.reshipped, now.parcels[0].tracking_no], [true, "SF2"])
      const third = { ...first, parcels: [{ ...parcel, number: "SF3" }], at: first.at + 2000 }
      yield* ships(shop, third)
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* ships(shop, third), { _tag: "Refused", detail: "10060003" })
      const [todo, ...more] = yield* todos(shop, "shipping.refused")
      assert.include(todo?.detail, "10060003")
      assert.lengthOf(more, 0)
    })
  )

  it.effect("is not told where something later was said before WeChat knew of the payment", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      const first = yield* express
      yield* ships(shop, first)
      yield* pass("1 second")
      const second = { ...first, parcels: [{ ...parcel, number: "SF2" }], at: first.at + 1000 }
      yield* ships(shop, second)
      yield* pass("30 seconds")
      assert.deepStrictEqual(yield* ships(shop, first), { _tag: "Needless", why: "later" })
      const now = yield* known(shop)
      assert.deepStrictEqual([now.reshipped, now.parcels[0].tracking_no], [false, "SF2"])
    })
  )

  it.effect("in parts is told part by part, and the last one ends it", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      const first: Shipped = { ...(yield* express), whole: false }
      yield* ships(shop, first)
      yield* pass("2 seconds")
      assert.include(yield* known(shop), { deliveryMode: 2, allDelivered: false })
      const last = { ...first, whole: true, parcels: [{ ...parcel, number: "SF2" }] }
      yield* ships(shop, last)
      yield* pass("2 seconds")
      const all = yield* known(shop)
      assert.include(all, { allDelivered: true, reshipped: false })
      assert.lengthOf(all.parcels, 2)
    })
  )

  it.effect("ends with a note where the money has gone back meanwhile", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      yield* meanwhile(
        shop.pays((payments) =>
          payments.refund({ reference, key: "all", amount: basket.amount, reason: "无货" })
        )
      )
      const what = yield* express
      yield* ships(shop, what)
      yield* pass("2 seconds")
      assert.deepStrictEqual(yield* ships(shop, what), { _tag: "Refused", detail: "10060004" })
      assert.deepStrictEqual(yield* todos(shop, "shipping.refused"), [])
    })
  )

  it.effect("waits while WeChat takes no more calls, and while none reaches it", () =>
    Effect.gen(function* () {
      const shop = yield* sold(database)
      yield* pass("15 seconds")
      const what = yield* express
      shop.network.weather = ({ url }) => (url.includes(upload) ? "refused" : "fair")
      yield* ships(shop, what)
      yield* pass("20 seconds")
      assert.strictEqual((yield* ships(shop, what))._tag, "Underway")
      shop.network.weather = () => "fair"
      yield* shop.control("PUT", "/faults", { fault: "quota", path: upload, times: 1 })
      yield* pass("3 minutes")
      assert.strictEqual((yield* ships(shop, what))._tag, "Told")
      assert.include(yield* known(shop), { reshipped: false })
      assert.deepStrictEqual(yield* todos(shop, "shipping.refused"), [])
    })
  )
})

eachDatabase("a shipping that nobody could be told of", (database) => {
  it.effect("is refused with the field that is wrong, and nothing is written down", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const what = yield* express
      const cases: ReadonlyArray<readonly [Shipped, string]> = [
        [{ ...what, parcels: [] }, "parcels"],
        [{ ...what, parcels: [parcel, parcel] }, "parcels"],
        [{ ...what, kind: "virtual", parcels: [{ item: "卡" }], whole: true }, "whole"],
        [{ ...what, kind: "city" }, "parcels.0.carrier"],
        [{ ...what, parcels: [{ item: "x" }] }, "parcels.0.carrier"],
        [{ ...what, parcels: [{ ...parcel, contact: "18912341234" }] }, "parcels.0.contact"],
        [{ ...what, parcels: [{ ...parcel, item: "" }] }, "parcels.0.item"],
        [{ ...what, at: 0 }, "at"]
      ]
      for (const [wrong, field] of cases) {
        const refused = yield* Effect.flip(ships(shop, wrong))
        assert.deepInclude(refused, { _tag: "OrderInvalid", field })
      }
      assert.strictEqual((yield* Effect.flip(ships(shop, what)))._tag, "PaymentUnknown")
      yield* invited(shop)
      assert.include(yield* Effect.flip(ships(shop, what)), { _tag: "NotShippable", why: "unpaid" })
    })
  )
})
