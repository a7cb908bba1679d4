import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../core/database/database.ts"
import { Cashier } from "../../../core/payments/cashier.ts"
import { tables } from "../../../core/payments/store.ts"
import { Fen, yuan } from "../../../core/values/money.ts"
import { hears, query, refund, sold } from "../../plugins/pos/till.ts"
import { eachDatabase } from "../../support/database.ts"
import { asks, subjects } from "../../support/operator.ts"
import { meanwhile, openWorld, pass, type World } from "../../support/world.ts"

const reference = "GZ0013/02/20261124/371"

const ask = (world: World, key: string, amount: Fen, part?: string) =>
  Effect.map(
    meanwhile(
      world.within(
        Cashier.use((cashier) =>
          cashier.refund({
            plugin: "pos",
            reference,
            key,
            amount,
            reason: "退款",
            ...(part !== undefined && { part })
          })
        ).pipe(Effect.result)
      )
    ),
    ({ value }) => value
  )

const refusal = (world: World, key: string, amount: Fen, part?: string) =>
  Effect.map(ask(world, key, amount, part), (result) =>
    result._tag === "Failure"
      ? "why" in result.failure
        ? result.failure.why
        : result.failure._tag
      : result.success._tag
  )

/** Too long to be waited for: the payment was made so much earlier. */
const aYearPasses = (world: World) =>
  world.within(
    Database.use((database) =>
      database.write("test", (sql) =>
        tables(sql)
          .updateTable("weir_attempts")
          .set((column) => ({ paid_at: column("paid_at", "-", 365 * 86_400_000) }))
          .execute()
      )
    )
  )

const refundsAt = (world: World) =>
  Effect.map(world.orders, ([order]) => order?.refunds.map(({ status }) => status) ?? [])

const fails = (world: World, fault: string, times = 1) =>
  world.control("PUT", "/faults", { fault, times })

eachDatabase("a refund that cannot be", (database) => {
  it.effect("is refused with why, and nothing changes", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      assert.strictEqual(yield* refusal(world, "a", yuan("1")), "PaymentUnknown")
      yield* sold(world)
      assert.strictEqual(yield* refusal(world, "a", Fen.make(0)), "nothing")
      assert.strictEqual(yield* refusal(world, "a", yuan("128.51")), "beyond")
      assert.strictEqual(yield* refusal(world, "a", yuan("1"), "balance"), "PaymentUnknown")
      assert.strictEqual(yield* refusal(world, "a", yuan("1")), "Accepted")
      assert.strictEqual(yield* refusal(world, "a", yuan("2")), "AmountDiffers")
      yield* aYearPasses(world)
      assert.strictEqual(yield* refusal(world, "b", yuan("1")), "late")
      assert.lengthOf(yield* refundsAt(world), 1)
    })
  )
})

eachDatabase("a refund that the merchant's balance does not cover", (database) => {
  it.effect(
    "waits under its number with one to-do, which closes by itself when it goes through",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* sold(world)
        yield* fails(world, "refund-notenough")
        const heard = yield* hears(world, refund("372", "28.50"))
        assert.strictEqual(heard.RetCode, "P2")
        assert.lengthOf(yield* subjects(world, "refund.waits"), 1)
        yield* pass("11 minutes")
        assert.deepEqual(yield* subjects(world, "refund.waits"), [])
        assert.deepEqual(yield* refundsAt(world), ["SUCCESS"])
        assert.strictEqual((yield* hears(world, refund("372", "28.50"))).RetCode, "00")
      })
  )
})

eachDatabase("a refund that WeChat closes", (database) => {
  it.effect(
    "stays closed until it is asked for again, which is another number of the same intention",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* sold(world)
        yield* fails(world, "refund-closed")
        assert.strictEqual(yield* refusal(world, "a", yuan("128.50")), "Accepted")
        yield* pass("2 minutes")
        const [closed = ""] = yield* subjects(world, "refund.failed")
        assert.include(yield* hears(world, query), { RetCode: "00", TotalFee: "128.50" })
        const { json } = yield* asks(world, `/refunds/${closed}/again`, { by: "Chen" })
        assert.notStrictEqual(json.number, closed)
        assert.strictEqual(
          (yield* asks(world, `/refunds/${closed}/again`, { by: "Li" })).json.number,
          json.number
        )
        yield* pass("3 minutes")
        assert.deepEqual(yield* refundsAt(world), ["CLOSED", "SUCCESS"])
        assert.deepEqual(yield* subjects(world, "refund.failed"), [])
        // Whoever asks by the old key hears of the refund that stands for it now.
        const again = yield* ask(world, "a", yuan("128.50"))
        assert.strictEqual(again._tag === "Success" && again.success.outRefundNo, json.number)
        assert.lengthOf(yield* refundsAt(world), 2)
      })
  )

  it.effect("goes on under another number when its plugin asks by the same key", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      yield* fails(world, "refund-closed")
      const first = yield* ask(world, "a", yuan("128.50"))
      yield* pass("2 minutes")
      const second = yield* ask(world, "a", yuan("128.50"))
      assert.isTrue(first._tag === "Success" && second._tag === "Success")
      assert.notDeepEqual(first, second)
      yield* pass("1 minute")
      assert.deepEqual(yield* refundsAt(world), ["CLOSED", "SUCCESS"])
    })
  )
})

eachDatabase("an abnormal refund", (database) => {
  const abnormal = Effect.fnUntraced(function* () {
    const world = yield* openWorld(database)
    yield* sold(world)
    yield* fails(world, "refund-abnormal")
    yield* hears(world, refund("372", "28.50"))
    yield* pass("2 minutes")
    const [number = ""] = yield* subjects(world, "refund.failed")
    return { world, number, path: `/refunds/${number}/pay-out` }
  })

  const card = { to: "card", bank: "ICBC_DEBIT", account: "6222020200112233445", name: "王小明" }

  it.effect("is paid to a card that a person names, of which nothing is kept", () =>
    Effect.gen(function* () {
      const { number, path, world } = yield* abnormal()
      const bad = yield* asks(world, path, { by: "Chen", pay: { ...card, account: "12x" } })
      assert.strictEqual(bad.status, 400)
      const { status } = yield* asks(world, path, { by: "Chen", pay: card })
      assert.strictEqual(status, 200)
      yield* pass("3 minutes")
      assert.deepEqual(yield* refundsAt(world), ["SUCCESS"])
      assert.deepEqual(yield* subjects(world, "refund.failed"), [])
      const { json } = yield* asks(world, "/refunds?state=done")
      assert.strictEqual(json[0].number, number)
      assert.isFalse(yield* world.anywhere(card.account))
      assert.isFalse(yield* world.anywhere(card.name))
      assert.strictEqual((yield* asks(world, path, { by: "Chen", pay: card })).status, 409)
    })
  )

  it.effect("is followed to its end also when the answer to that is lost", () =>
    Effect.gen(function* () {
      const { path, world } = yield* abnormal()
      world.network.weather = ({ url }) => (url.endsWith("refund") ? "answer lost" : "fair")
      const pay = { to: "merchant" }
      assert.strictEqual((yield* asks(world, path, { by: "Chen", pay })).status, 200)
      world.network.weather = () => "fair"
      yield* pass("5 minutes")
      assert.deepEqual(yield* refundsAt(world), ["SUCCESS"])
      assert.lengthOf((yield* asks(world, "/refunds?state=done")).json, 1)
    })
  )

  it.effect("stays abnormal when WeChat does not take the account, and says so", () =>
    Effect.gen(function* () {
      const { path, world } = yield* abnormal()
      yield* world.control("PUT", "/faults", { fault: "quota", times: 1, path: "/v3/refund" })
      const { json, status } = yield* asks(world, path, { by: "Chen", pay: { to: "merchant" } })
      assert.strictEqual(status, 409)
      assert.include(JSON.stringify(json), "FREQUENCY_LIMITED")
      assert.lengthOf((yield* asks(world, "/refunds?state=abnormal")).json, 1)
    })
  )
})
