import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld, pass } from "../../support/world.ts"
import { hears, query, refund, reverse, sale, sold } from "./till.ts"

eachDatabase("a gateway that died and starts again", (database) => {
  it.effect("finds by itself what became of a sale it had sent", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("userpaying")))
      yield* world.payer()
      yield* world.restart
      yield* pass("10 seconds")
      const asked = world.network.sent.length
      assert.include(yield* hears(world, query), { RetCode: "00" })
      assert.strictEqual(world.network.sent.length, asked, "it knew before the till asked")
    })
  )

  it.effect("answers a repeated sale with the bytes it had answered before", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const message = yield* world.write("/xml", sale(yield* world.code("paid")))
      const before = yield* meanwhile(world.post("/xml", message))
      yield* world.restart
      const after = yield* meanwhile(world.post("/xml", message))
      assert.deepEqual(after.value.bytes, before.value.bytes)
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("joins a repeated sale to the attempt that is still under way", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const message = sale(yield* world.code("userpaying"))
      yield* hears(world, message)
      yield* world.restart
      assert.strictEqual((yield* hears(world, message)).RetCode, "P1")
      yield* world.payer()
      assert.strictEqual((yield* hears(world, message)).RetCode, "00")
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("goes on with a reversal and a refund that were asked for", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      world.network.weather = ({ url }) => (/reverse$|refunds$/.test(url) ? "lost" : "fair")
      assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "P2")
      yield* world.restart
      world.network.weather = () => "fair"
      yield* pass("2 minutes")
      assert.include(yield* hears(world, query), { RefundFee: "28.50" })
      assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "00")
    })
  )

  it.effect("undoes what the till had given up while it was dead to WeChat", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      world.network.weather = ({ url }) => (url.endsWith("/reverse") ? "lost" : "fair")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "P2")
      yield* world.restart
      world.network.weather = () => "fair"
      yield* pass("1 minute")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "REVOKED")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
    })
  )
})

eachDatabase("a gateway that is asked to stop while a payer hesitates", (database) => {
  it.effect("ends at once, tells every till how things stand, and the next one goes on", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {}, { drain: "5 seconds" })
      const message = sale(yield* world.code("userpaying"))
      const first = yield* Effect.forkChild(world.say("/xml", message))
      yield* pass("2 seconds")
      const again = yield* Effect.forkChild(world.say("/xml", message))
      const other = { ...message, TicketNo: "372", AuthCode: yield* world.code("late") }
      const undone = yield* Effect.forkChild(world.say("/xml", other))
      yield* pass("1 second")
      const undoing = yield* Effect.forkChild(world.say("/xml", { ...reverse, TicketNo: "372" }))
      yield* pass("1 second")
      const { waited } = yield* meanwhile(world.replace)
      assert.isAtMost(waited, 500)
      for (const till of [first, again, undone])
        assert.include(["P1", "P2"], (yield* Fiber.join(till)).RetCode)
      assert.strictEqual((yield* Fiber.join(undoing)).RetCode, "P2")
      const [order] = yield* world.orders
      yield* world.control("POST", "/pay", { outTradeNo: order?.outTradeNo })
      assert.strictEqual((yield* hears(world, message)).RetCode, "00")
      yield* pass("2 minutes")
      assert.strictEqual((yield* hears(world, { ...query, TicketNo: "372" })).RetCode, "R0")
      assert.lengthOf(yield* world.kept, 1)
    })
  )
})

eachDatabase("money that arrives after the till heard no", (database) => {
  it.effect("is waited for and undone, when WeChat says the payer is still at it", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("late")))
      let heard = yield* hears(world, reverse)
      for (let asked = 0; heard.RetCode === "P2" && asked < 10; asked++)
        heard = yield* hears(world, reverse)
      yield* pass("3 minutes")
      assert.lengthOf(yield* world.kept, 0)
      assert.strictEqual((yield* hears(world, query)).RetCode, "R0")
    })
  )

  it.effect("after a close goes back to the payer by itself, and a person is told", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* world.control("PUT", "/faults", { fault: "late" })
      yield* hears(world, { ...sale(""), TranCode: "NATIVE" }, "/qr")
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      yield* pass("2 minutes")
      assert.lengthOf(yield* world.kept, 0)
      assert.strictEqual((yield* world.orders)[0]?.refunds[0]?.amount, 12_850)
      assert.deepEqual(
        (yield* world.todos).map(({ kind }) => kind),
        ["payment.late"]
      )
    })
  )
})

eachDatabase("a refund that WeChat cannot finish", (database) => {
  for (const [fault, kind] of [
    ["refund-abnormal", "refund.failed"],
    ["refund-notenough", "refund.waits"]
  ] as const) {
    it.effect(`(${fault}) is left for a person, under the number it has`, () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* sold(world)
        yield* world.control("PUT", "/faults", { fault })
        yield* hears(world, refund("372", "28.50"))
        yield* pass("2 minutes")
        assert.deepEqual(
          (yield* world.todos).map((todo) => todo.kind),
          [kind]
        )
        yield* pass("10 minutes")
        assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
      })
    )
  }
})
