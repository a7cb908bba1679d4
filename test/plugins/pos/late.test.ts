import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { openWorld, pass, type World } from "../../support/world.ts"
import { hears, query, refund, reverse, sale, sold } from "./till.ts"

/** Holds up what goes to such an address, for as long as this is so. */
const hold = (world: World, where: RegExp) =>
  Effect.sync(() => {
    world.network.weather = ({ url }) => (where.test(url) ? "held" : "fair")
  })

const clear = (world: World) =>
  Effect.sync(() => {
    world.network.weather = () => "fair"
  })

/** The first request of a sale is held up, and the till hears that nothing was taken. */
const givenUp = Effect.fnUntraced(function* (world: World, outcome: string) {
  yield* hold(world, /codepay$/)
  const message = sale(yield* world.code(outcome))
  assert.strictEqual((yield* hears(world, message)).RetCode, "P2")
  yield* clear(world)
  assert.strictEqual((yield* hears(world, message)).RetCode, "R0")
})

const kinds = (world: World) => Effect.map(world.todos, (all) => all.map(({ kind }) => kind))

eachDatabase("a payment whose request arrives after the till had given it up", (database) => {
  it.effect("goes back to the payer, and a person is told; the second sale stays", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* givenUp(world, "paid")
      const { OutTradeNo } = yield* sold(world)
      yield* world.arrive
      assert.lengthOf(yield* world.kept, 2)
      yield* pass("1 minute")
      assert.deepEqual(
        (yield* world.kept).map(({ outTradeNo }) => outTradeNo),
        [OutTradeNo ?? ""]
      )
      assert.deepEqual(yield* kinds(world), ["payment.late"])
      assert.include(yield* hears(world, query), { RetCode: "00", OutTradeNo })
    })
  )

  it.effect("is undone before its payer has typed the password", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* givenUp(world, "userpaying")
      yield* world.arrive
      yield* pass("1 minute")
      const [order] = yield* world.orders
      assert.strictEqual(order?.tradeState, "REVOKED")
      assert.isUndefined(order?.transactionId)
      assert.deepEqual(yield* kinds(world), ["payment.late"])
      assert.strictEqual((yield* hears(world, query)).RetCode, "R0")
    })
  )

  it.effect("goes back also when WeChat could not be asked until long afterwards", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* givenUp(world, "paid")
      yield* world.arrive
      world.network.weather = () => "refused"
      yield* pass("20 minutes")
      assert.lengthOf(yield* world.kept, 1)
      yield* clear(world)
      yield* world.restart
      yield* pass("3 minutes")
      assert.lengthOf(yield* world.kept, 0)
      assert.deepEqual(yield* kinds(world), ["payment.late"])
    })
  )

  it.effect("keeps nobody from the sale that follows it, also in a new process", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* givenUp(world, "late")
      const second = sale(yield* world.code("userpaying"))
      assert.strictEqual((yield* hears(world, second)).RetCode, "P1")
      yield* world.arrive
      yield* pass("20 seconds")
      yield* world.restart
      // Meanwhile the first is undone, which is not what this till asks about.
      for (let asked = 0; asked < 6; asked++)
        assert.strictEqual((yield* hears(world, second)).RetCode, "P1")
      const typing = (yield* world.orders).find(({ outTradeNo }) => outTradeNo.endsWith("-2"))
      yield* world.control("POST", "/pay", { outTradeNo: typing?.outTradeNo })
      assert.strictEqual((yield* hears(world, second)).RetCode, "00")
      yield* pass("3 minutes")
      assert.deepEqual(
        (yield* world.kept).map(({ outTradeNo }) => outTradeNo),
        [typing?.outTradeNo ?? ""]
      )
    })
  )

  it.effect("is watched for as long as WeChat would take its signature, and not for ever", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* givenUp(world, "paid")
      yield* pass("9 minutes")
      const asked = world.network.sent.length
      yield* pass("3 minutes")
      assert.isAbove(world.network.sent.length, asked)
      const last = world.network.sent.length
      yield* pass("30 minutes")
      assert.strictEqual(world.network.sent.length, last)
      assert.deepEqual(yield* kinds(world), [])
    })
  )
})

eachDatabase("a request that arrives late and twice", (database) => {
  it.effect("to reverse, touches no later sale of its ticket", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* hold(world, /reverse$/)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "P2")
      yield* clear(world)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      const { OutTradeNo } = yield* sold(world)
      yield* pass("20 seconds")
      yield* world.arrive
      yield* pass("1 minute")
      assert.deepEqual(
        (yield* world.kept).map(({ outTradeNo }) => outTradeNo),
        [OutTradeNo ?? ""]
      )
    })
  )

  it.effect("to refund, gives back once", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* hold(world, /refunds$/)
      assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "P2")
      yield* clear(world)
      assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "00")
      yield* pass("2 minutes")
      yield* world.arrive
      yield* pass("2 minutes")
      assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
      assert.include(yield* hears(world, query), { RetCode: "00", RefundFee: "28.50" })
    })
  )

  it.effect("for a QR, shows nobody a QR, is not called refused, and is closed", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const show = { ...sale(""), TranCode: "NATIVE" }
      yield* hold(world, /native$/)
      assert.strictEqual((yield* hears(world, show, "/qr")).RetCode, "P2")
      world.network.weather = ({ url }) => (url.endsWith("/native") ? "refused" : "fair")
      assert.strictEqual((yield* hears(world, show, "/qr")).RetCode, "P2")
      yield* pass("1 minute")
      yield* world.arrive
      yield* pass("5 minutes")
      assert.deepEqual(
        (yield* world.orders).map(({ tradeState }) => tradeState),
        ["CLOSED"]
      )
    })
  )
})
