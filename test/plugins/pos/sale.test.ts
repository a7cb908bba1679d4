import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld, pass } from "../../support/world.ts"
import { hears, query, reverse, sale, sample, sold, ticket } from "./till.ts"

eachDatabase("a till's sale", (database) => {
  it.effect("is answered in the sample's own bytes once the till's patience ends", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const asked = yield* meanwhile(world.post("/xml", sample("pos-micropay.gbk.xml")))
      assert.strictEqual(asked.waited, 18_000)
      assert.deepEqual(asked.value.bytes, sample("pos-micropay-reply-userpaying.gbk.xml"))
    })
  )

  it.effect(
    "is told paid with WeChat's number and time, the same bytes however often it asks",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const message = yield* world.write("/xml", sale(yield* world.code("paid")))
        const first = yield* meanwhile(world.post("/xml", message))
        const [order] = yield* world.orders
        const told = yield* world.read("/xml", first.value.bytes)
        assert.include(told, {
          RetCode: "00",
          OutTradeNo: order?.outTradeNo ?? "",
          TransactionId: order?.transactionId ?? "",
          TotalFee: "128.50"
        })
        for (const wait of ["1 second", "20 minutes"] as const) {
          yield* pass(wait)
          const again = yield* meanwhile(world.post("/xml", message))
          assert.deepEqual(again.value.bytes, first.value.bytes)
        }
        assert.lengthOf(yield* world.orders, 1)
      })
  )

  it.effect("is paid as soon as the payer confirms, found by our own query", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const first = yield* hears(world, sale(yield* world.code("userpaying")))
      assert.strictEqual(first.RetCode, "P1")
      yield* world.payer()
      assert.include(yield* hears(world, query), { RetCode: "00", TotalFee: "128.50" })
    })
  )

  it.effect("answers the waiting till itself when the payer is quick", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const waiting = yield* Effect.forkChild(
        world.say("/xml", sale(yield* world.code("userpaying")))
      )
      yield* pass("7 seconds")
      yield* world.payer()
      const heard = yield* meanwhile(Fiber.join(waiting))
      assert.strictEqual(heard.value.RetCode, "00")
    })
  )

  it.effect("charges once for fifty identical calls at once, and answers them identically", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const message = yield* world.write("/xml", sale(yield* world.code("paid")))
      const fifty = Array.from({ length: 50 }, () => world.post("/xml", message))
      const { value } = yield* meanwhile(Effect.all(fifty, { concurrency: "unbounded" }))
      const [first] = value
      for (const { bytes } of value) assert.deepEqual(bytes, first?.bytes)
      assert.lengthOf(yield* world.orders, 1)
      assert.lengthOf(
        world.network.sent.filter(({ url }) => url.endsWith("/codepay")),
        1
      )
    })
  )

  it.effect(
    "is refused when the same ticket comes with another amount, and WeChat is not asked",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* sold(world)
        const other = yield* hears(world, sale(yield* world.code("paid"), "0.01"))
        assert.include(other, { RetCode: "E3", TranCode: "MICROPAY", TicketNo: "371" })
        assert.lengthOf(yield* world.orders, 1)
      })
  )

  for (const [outcome, code] of [
    ["expired", "F1"],
    ["notenough", "F2"]
  ] as const) {
    it.effect(`is taken with a second code after "${outcome}", under the same ticket`, () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const refused = sale(yield* world.code(outcome))
        assert.strictEqual((yield* hears(world, refused)).RetCode, code)
        // The same code again is the same refusal, not another try.
        assert.strictEqual((yield* hears(world, refused)).RetCode, code)
        const paid = yield* sold(world)
        assert.strictEqual(paid.RetCode, "00")
        assert.match(paid.OutTradeNo ?? "", /-2$/)
        assert.lengthOf(
          (yield* world.orders).filter(({ tradeState }) => tradeState === "SUCCESS"),
          1
        )
      })
    )
  }

  it.effect("takes no second code while the first may still be paid", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("userpaying")))
      const second = yield* hears(world, sale(yield* world.code("paid")))
      assert.strictEqual(second.RetCode, "P1")
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("found paid although WeChat answered with its own failure", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const heard = yield* hears(world, sale(yield* world.code("systemerror")))
      assert.strictEqual(heard.RetCode, "00")
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("may be scanned again when the payer's bank failed and nothing was taken", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      assert.strictEqual((yield* hears(world, sale(yield* world.code("bankerror")))).RetCode, "F3")
      assert.strictEqual((yield* sold(world)).RetCode, "00")
    })
  )

  it.effect(
    "hears that WeChat cannot be reached, and succeeds with the same code when it can",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const message = sale(yield* world.code("paid"))
        world.network.weather = () => "refused"
        assert.strictEqual((yield* hears(world, message)).RetCode, "E8")
        world.network.weather = () => "fair"
        assert.strictEqual((yield* hears(world, message)).RetCode, "00")
      })
  )

  it.effect("is found when the answer is lost on its way", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      world.network.weather = ({ url }) => (url.endsWith("/codepay") ? "answer lost" : "fair")
      assert.strictEqual((yield* sold(world)).RetCode, "00")
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("whose request never arrived is certain to be free within a minute", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      world.network.weather = ({ url }) => (url.endsWith("/codepay") ? "lost" : "fair")
      assert.strictEqual((yield* sold(world)).RetCode, "P2")
      yield* pass("42 seconds")
      assert.strictEqual((yield* hears(world, query)).RetCode, "R0")
    })
  )

  it.effect("that the till forgot is reversed after five minutes without a word", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("userpaying")))
      yield* pass("4 minutes")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "USERPAYING")
      yield* pass("2 minutes")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "REVOKED")
    })
  )

  it.effect("is left alone while the till keeps asking", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* hears(world, sale(yield* world.code("userpaying")))
      for (let minute = 0; minute < 8; minute++) {
        yield* pass("1 minute")
        assert.strictEqual((yield* hears(world, query)).RetCode, "P1")
      }
      yield* world.payer()
      assert.strictEqual((yield* hears(world, query)).RetCode, "00")
    })
  )

  it.effect("leaves nothing of the payment code in the database once it is over", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const code = yield* world.code("paid")
      yield* hears(world, sale(code))
      yield* hears(world, reverse)
      assert.isFalse(yield* world.anywhere(code))
      assert.isTrue(yield* world.anywhere(ticket.StoreNo))
    })
  )
})
