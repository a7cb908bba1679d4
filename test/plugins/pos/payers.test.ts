import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { openWorld, pass, type World } from "../../support/world.ts"
import { hears, refund, reverse, sale, sold, ticket } from "./till.ts"

const page = { limit: 10 }

/** Who paid the last order, and what is in their timeline, oldest first. */
const payerOf = Effect.fnUntraced(function* (world: World) {
  const order = (yield* world.orders).at(-1)
  const { items } = yield* world.customers.search({ paymentNumber: order?.outTradeNo ?? "" }, page)
  const customer = items[0]?.customer
  if (order === undefined || customer === undefined) return yield* Effect.die("nobody is found")
  const { items: entries } = yield* world.customers.timeline(customer, page)
  return { order, customer, entries: entries.toReversed() }
})

eachDatabase("who pays at a till", (database) => {
  it.effect("is found by both numbers of the payment and by the ticket, and by nobody else", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const { customer, entries, order } = yield* payerOf(world)
      const [entry] = entries
      assert.deepInclude(entry, {
        kind: "paid",
        plugin: "pos",
        paymentNumbers: [order.outTradeNo, order.transactionId ?? ""],
        data: { amount: 12_850, title: "天河城店-日用百货", store: ticket.StoreNo }
      })
      const { reference = "" } = entry ?? {}
      assert.include(reference, ticket.TicketNo)
      for (const sought of [{ paymentNumber: order.transactionId ?? "" }, { reference }])
        assert.deepInclude((yield* world.customers.search(sought, page)).items[0], { customer })
      const [identity] = yield* world.customers.identitiesOf(customer)
      assert.strictEqual(identity?.kind, "openid")
      assert.isFalse(yield* world.anywhere(identity?.value ?? ""))
    })
  )

  it.effect("is one customer at every sale, also after a restart", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const { customer } = yield* payerOf(world)
      yield* world.restart
      yield* hears(world, { ...sale(yield* world.code("paid")), TicketNo: "372" })
      const again = yield* payerOf(world)
      assert.strictEqual(again.customer, customer)
      assert.lengthOf(again.entries, 2)
    })
  )

  it.effect("has refunds and reversals in the same timeline, each once", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* pass("2 seconds")
      yield* hears(world, refund("900", "28.50"))
      yield* hears(world, refund("900", "28.50"))
      yield* pass("10 minutes")
      yield* hears(world, { ...sale(yield* world.code("paid")), TicketNo: "372" })
      yield* hears(world, { ...reverse, TicketNo: "372" })
      const { entries } = yield* payerOf(world)
      const told = entries.map(({ data, kind }) => [kind, Object(data).amount])
      assert.deepStrictEqual(told, [
        ["paid", 12_850],
        ["refunded", 2_850],
        ["paid", 12_850],
        ["reversed", 12_850]
      ])
    })
  )

  it.effect("may ask to be forgotten, and is still given back what is theirs", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const { customer } = yield* payerOf(world)
      yield* world.customers.erase(customer, "unsubscribe")
      yield* pass("2 seconds")
      assert.strictEqual((yield* hears(world, refund("900", "128.50"))).RetCode, "00")
      const { entries } = yield* payerOf(world)
      assert.deepStrictEqual(
        entries.map(({ kind }) => kind),
        ["paid", "refunded"]
      )
      assert.deepStrictEqual(yield* world.customers.identitiesOf(customer), [])
    })
  )
})
