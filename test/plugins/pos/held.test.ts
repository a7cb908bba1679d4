import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { asks, subjects } from "../../support/operator.ts"
import { openWorld, pass, type World } from "../../support/world.ts"
import { hears, query, refund, reverse, sale, sold, ticket } from "./till.ts"

const holding = { store: ticket.StoreNo, lateSuccess: "hold", holdMinutes: 5 } as const

const open = (database: Kind) =>
  openWorld(database, {}, { settings: () => ({ stores: [holding] }) })

/** The request of a sale is held up until its till has heard that nothing was taken; then it arrives, and takes the money. */
const late = Effect.fnUntraced(function* (world: World) {
  world.network.weather = ({ url }) => (url.endsWith("codepay") ? "held" : "fair")
  const message = sale(yield* world.code("paid"))
  assert.strictEqual((yield* hears(world, message)).RetCode, "P2")
  world.network.weather = () => "fair"
  assert.strictEqual((yield* hears(world, message)).RetCode, "R0")
  yield* world.arrive
  yield* pass("30 seconds")
  const [number = ""] = yield* subjects(world, "payment.held")
  return number
})

const told = (world: World) => Effect.map(world.todos, (all) => all.map(({ kind }) => kind).sort())

eachDatabase("money that came late, in a store that holds it", (database) => {
  it.effect(
    "is the cashier's who scans the ticket again: paid, and nothing is collected twice",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        const number = yield* late(world)
        assert.lengthOf(yield* world.kept, 1)
        const again = yield* sold(world)
        assert.include(again, { RetCode: "00", OutTradeNo: number, TotalFee: "128.50" })
        assert.lengthOf(yield* world.orders, 1)
        assert.deepEqual(yield* told(world), [])
        yield* pass("6 minutes")
        assert.lengthOf(yield* world.kept, 1)
        assert.include(yield* hears(world, query), { RetCode: "00", OutTradeNo: number })
        assert.include(yield* hears(world, refund("372", "28.50")), { RetCode: "00" })
      })
  )

  it.effect("is the cashier's who asks about it", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const number = yield* late(world)
      assert.include(yield* hears(world, query), { RetCode: "00", OutTradeNo: number })
      assert.deepEqual(yield* told(world), [])
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      assert.lengthOf(yield* world.kept, 0)
    })
  )

  it.effect(
    "goes back after its minutes, also when the process has died meanwhile, and that is reported",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        yield* late(world)
        yield* pass("3 minutes")
        yield* world.restart
        yield* pass("2 minutes")
        assert.lengthOf(yield* world.kept, 0)
        assert.deepEqual(yield* told(world), ["payment.late"])
        assert.strictEqual((yield* hears(world, query)).RetCode, "R0")
        // The ticket is free again.
        assert.match((yield* sold(world)).OutTradeNo ?? "", /-2$/)
      })
  )

  it.effect("goes back at once when the till reverses it, or a person says so", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const number = yield* late(world)
      assert.strictEqual(
        (yield* asks(world, `/payments/${number}/give-back`, { by: "Chen" })).status,
        200
      )
      yield* pass("10 seconds")
      assert.lengthOf(yield* world.kept, 0)
      assert.deepEqual(yield* told(world), ["payment.late"])
      assert.strictEqual(
        (yield* asks(world, `/payments/${number}/keep`, { by: "Chen" })).status,
        409
      )
    })
  )

  it.effect("is kept when a person says so", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const number = yield* late(world)
      assert.strictEqual(
        (yield* asks(world, `/payments/${number}/keep`, { by: "Chen" })).status,
        200
      )
      yield* pass("6 minutes")
      assert.lengthOf(yield* world.kept, 1)
      assert.include(yield* hears(world, query), { RetCode: "00", OutTradeNo: number })
    })
  )

  it.effect("is not taken for another amount", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      yield* late(world)
      assert.strictEqual((yield* sold(world, "1.00")).RetCode, "E3")
      assert.lengthOf(yield* subjects(world, "payment.held"), 1)
    })
  )

  it.effect(
    "is not held where something else pays the same: the surplus goes back, and is reported",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        world.network.weather = ({ url }) => (url.endsWith("codepay") ? "held" : "fair")
        const message = sale(yield* world.code("paid"))
        yield* hears(world, message)
        world.network.weather = () => "fair"
        yield* hears(world, message)
        const { OutTradeNo = "" } = yield* sold(world)
        yield* world.arrive
        yield* pass("1 minute")
        assert.deepEqual(
          (yield* world.kept).map(({ outTradeNo }) => outTradeNo),
          [OutTradeNo]
        )
        assert.deepEqual(yield* told(world), ["payment.late"])
      })
  )

  it.effect("is not held while a reversal that nobody answered may still take it away", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      // Both the sale and its reversal are long on their way.
      world.network.weather = ({ url }) => (/codepay$|reverse$/.test(url) ? "held" : "fair")
      const message = sale(yield* world.code("paid"))
      assert.strictEqual((yield* hears(world, message)).RetCode, "P2")
      yield* pass("30 seconds")
      world.network.weather = () => "fair"
      assert.strictEqual((yield* hears(world, message)).RetCode, "R0")
      yield* world.arrive
      yield* pass("1 minute")
      assert.deepEqual(yield* subjects(world, "payment.held"), [])
      assert.lengthOf(yield* world.kept, 0)
    })
  )
})

eachDatabase("a sale that arrives after its own reversal", (database) => {
  const at = (clock: string) => ({ TranTime: `20261124${clock}` })

  it.effect("is not collected: its till has heard that there is none", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const message = { ...sale(yield* world.code("paid")), ...at("120001") }
      assert.strictEqual((yield* hears(world, { ...reverse, ...at("120021") })).RetCode, "E4")
      yield* world.restart
      assert.strictEqual((yield* hears(world, message)).RetCode, "R0")
      assert.lengthOf(yield* world.orders, 0)
    })
  )

  it.effect(
    "is not collected either where the ticket was reversed, but what is scanned later is",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* hears(world, { ...sale(yield* world.code("paid")), ...at("120001") })
        assert.strictEqual((yield* hears(world, { ...reverse, ...at("120040") })).RetCode, "R0")
        const stray = { ...sale(yield* world.code("paid")), ...at("120020") }
        assert.strictEqual((yield* hears(world, stray)).RetCode, "R0")
        const next = { ...sale(yield* world.code("paid")), ...at("120100") }
        assert.strictEqual((yield* hears(world, next)).RetCode, "00")
        assert.lengthOf(yield* world.kept, 1)
      })
  )
})
