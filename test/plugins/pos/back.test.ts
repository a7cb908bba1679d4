import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld, pass } from "../../support/world.ts"
import { hears, query, refund, reverse, sale, sold } from "./till.ts"

eachDatabase("a till's reversal", (database) => {
  it.effect("gives a paid sale back, and the sale itself is told so from then on", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const paid = sale(yield* world.code("paid"))
      yield* hears(world, paid)
      const reversed = yield* hears(world, reverse)
      assert.include(reversed, { RetCode: "R0", TranCode: "REVERSE" })
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "REVOKED")
      assert.include(yield* hears(world, query), { RetCode: "R0", RefundFee: "128.50" })
      assert.strictEqual((yield* hears(world, paid)).RetCode, "R0")
    })
  )

  it.effect("waits for the fifteen seconds that WeChat wants before it", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const { value, waited } = yield* meanwhile(world.say("/xml", reverse))
      assert.strictEqual(value.RetCode, "R0")
      assert.isAtLeast(waited, 14_000)
      assert.isAtMost(waited, 18_000)
    })
  )

  it.effect("ends a sale whose payer hesitates, and nothing is taken", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("userpaying")))
      let heard = yield* hears(world, reverse)
      while (heard.RetCode === "P2") heard = yield* hears(world, reverse)
      assert.strictEqual(heard.RetCode, "R0")
      const [order] = yield* world.orders
      assert.strictEqual(order?.tradeState, "REVOKED")
      assert.isUndefined(order?.transactionId)
    })
  )

  it.effect("may be asked for twice and done once", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      assert.lengthOf(
        world.network.sent.filter(({ url }) => url.endsWith("/reverse")),
        1
      )
    })
  )

  it.effect("lets the ticket be scanned again", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* hears(world, reverse)
      assert.match((yield* sold(world)).OutTradeNo ?? "", /-2$/)
    })
  )

  it.effect("of a ticket nobody knows is answered so", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "E4")
      assert.strictEqual((yield* hears(world, query)).RetCode, "E4")
    })
  )

  it.effect("is believed only when WeChat says so itself", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      world.network.weather = ({ url }) => (url.endsWith("/reverse") ? "answer lost" : "fair")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "P2")
      world.network.weather = () => "fair"
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
    })
  )
})

eachDatabase("a till's refund", (database) => {
  it.effect("gives back part, then the rest, and not a fen more", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const part = yield* hears(world, refund("372", "28.50"))
      assert.include(part, { RetCode: "00", RefundFee: "28.50", TicketNo: "372" })
      assert.strictEqual((yield* hears(world, refund("373", "100.01"))).RetCode, "E5")
      let rest = yield* hears(world, refund("374", "100.00"))
      // WeChat takes refunds of one order a minute apart.
      for (let asked = 0; rest.RetCode === "P2" && asked < 6; asked++)
        rest = yield* hears(world, refund("374", "100.00"))
      assert.strictEqual(rest.RetCode, "00")
      assert.include(yield* hears(world, query), { RetCode: "00", RefundFee: "128.50" })
      const [order] = yield* world.orders
      assert.deepEqual(order?.refunds.map(({ amount }) => amount).sort(), [10_000, 2_850])
    })
  )

  it.effect("is one refund however often its message comes, also when the answer is lost", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const message = yield* world.write("/xml", refund("372", "128.50"))
      // Neither the answer nor the notify finds its way.
      world.network.weather = ({ url }) =>
        url.endsWith("/refunds") ? "answer lost" : url.includes("/notify/") ? "lost" : "fair"
      assert.strictEqual((yield* hears(world, refund("372", "128.50"))).RetCode, "P2")
      world.network.weather = () => "fair"
      const first = yield* meanwhile(world.post("/xml", message))
      const again = yield* meanwhile(world.post("/xml", message))
      assert.include(yield* world.read("/xml", first.value.bytes), { RetCode: "00" })
      assert.deepEqual(again.value.bytes, first.value.bytes)
      assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
    })
  )

  it.effect("is refused when its own ticket comes with another amount", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* hears(world, refund("372", "1.00"))
      assert.strictEqual((yield* hears(world, refund("372", "2.00"))).RetCode, "E3")
    })
  )

  it.effect("of a sale that is unknown, unpaid or reversed is refused", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      assert.strictEqual((yield* hears(world, refund("372", "1.00"))).RetCode, "E4")
      yield* hears(world, sale(yield* world.code("notenough")))
      assert.strictEqual((yield* hears(world, refund("373", "1.00"))).RetCode, "E5")
      yield* sold(world)
      yield* hears(world, reverse)
      assert.strictEqual((yield* hears(world, refund("374", "1.00"))).RetCode, "E5")
    })
  )

  it.effect("leaves the sale's own answer as it was", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const message = yield* world.write("/xml", sale(yield* world.code("paid")))
      const before = yield* meanwhile(world.post("/xml", message))
      yield* hears(world, refund("372", "28.50"))
      const after = yield* meanwhile(world.post("/xml", message))
      assert.deepEqual(after.value.bytes, before.value.bytes)
    })
  )

  it.effect("keeps the sale from being reversed afterwards", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* hears(world, refund("372", "28.50"))
      yield* pass("1 minute")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "E5")
    })
  )
})
