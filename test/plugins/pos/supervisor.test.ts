import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { yuan } from "#core"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { asks, subjects } from "../../support/operator.ts"
import { openWorld, pass, type World } from "../../support/world.ts"
import { hears, query, refund, reverse, sold, ticket } from "./till.ts"

const limited = { store: ticket.StoreNo, confirmRefundsAbove: yuan("50") }

const open = (database: Kind) =>
  openWorld(database, {}, { settings: () => ({ stores: [limited] }) })

/** A refund above the limit that its till has asked for. */
const waiting = Effect.fnUntraced(function* (world: World) {
  yield* sold(world)
  const heard = yield* hears(world, refund("372", "60.00"))
  assert.strictEqual(heard.RetCode, "P3")
  return heard.OutRefundNo ?? ""
})

const refundsOf = (world: World) =>
  Effect.map(world.orders, ([order]) => order?.refunds.map(({ amount }) => amount) ?? [])

eachDatabase("a refund above the store's limit", (database) => {
  it.effect("waits, and goes once its supervisor has confirmed it, whose name is kept", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const number = yield* waiting(world)
      yield* pass("10 minutes")
      assert.deepEqual(yield* refundsOf(world), [])
      assert.deepEqual(yield* subjects(world, "refund.confirm"), [number])
      const { json: list } = yield* asks(world, "/refunds?state=waiting")
      assert.deepInclude(list[0], { number, amount: 6_000, store: "GZ0013", askedBy: "0917" })

      const path = `/refunds/${number}/confirm`
      assert.strictEqual((yield* asks(world, path, { by: "Chen" })).status, 200)
      assert.include(yield* hears(world, refund("372", "60.00")), {
        RetCode: "00",
        RefundFee: "60.00"
      })
      assert.deepEqual(yield* refundsOf(world), [6_000])
      assert.deepEqual(yield* subjects(world, "refund.confirm"), [])
      const { json: all } = yield* asks(world, "/refunds")
      assert.strictEqual(all[0].confirmedBy, "Chen")
      assert.strictEqual((yield* asks(world, path, { by: "Li" })).status, 409)
      yield* pass("5 minutes")
      assert.deepEqual(yield* refundsOf(world), [6_000])
    })
  )

  it.effect(
    "is refused at the till when the supervisor declines, and its money can go otherwise",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        const number = yield* waiting(world)
        // What waits is set aside: it cannot be given back twice.
        assert.strictEqual((yield* hears(world, refund("373", "68.51"))).RetCode, "E5")
        yield* asks(world, `/refunds/${number}/decline`, { by: "Chen" })
        const heard = yield* hears(world, refund("372", "60.00"))
        assert.strictEqual(heard.RetCode, "F3")
        assert.include(heard.RetMsg, "SUPERVISOR_DECLINED")
        assert.strictEqual((yield* hears(world, refund("374", "50.00"))).RetCode, "00")
        assert.deepEqual(yield* subjects(world, "refund.confirm"), [])
      })
  )

  it.effect("cannot be split into parts below it, nor got round by way of another store", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      yield* sold(world)
      assert.strictEqual((yield* hears(world, refund("372", "30.00"))).RetCode, "00")
      yield* pass("1 minute")
      assert.strictEqual((yield* hears(world, refund("373", "20.01"))).RetCode, "P3")
      const elsewhere = {
        ...refund("9", "20.00"),
        StoreNo: "SH0002",
        OrigStoreNo: ticket.StoreNo,
        OrigPosNo: ticket.PosNo
      }
      assert.strictEqual((yield* hears(world, elsewhere)).RetCode, "P3")
    })
  )

  it.effect("is nothing to a reversal, which undoes the sale as a whole", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      yield* sold(world)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
    })
  )
})

type Given = World["credentials"]

/** A merchant with the sandbox's keys. */
const merchantOf = (given: Given, mchid: string, stores: ReadonlyArray<string>) => ({
  mchid,
  appid: given.appid,
  serial: given.merchantSerial,
  key: Redacted.make(given.merchantPrivateKey),
  apiV3Key: Redacted.make(given.apiV3Key),
  publicKeyId: given.publicKeyId,
  publicKey: given.publicKey,
  stores
})

eachDatabase("a refund in another store", (database) => {
  it.effect("gives back what the other sold, and says where it was asked for", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* sold(world)
      const there = { ...refund("9", "28.50"), StoreNo: "SH0002", PosNo: "07" }
      assert.strictEqual((yield* hears(world, there)).RetCode, "E4")
      const original = { OrigStoreNo: ticket.StoreNo, OrigPosNo: ticket.PosNo }
      const message = { ...there, TicketNo: "10", ...original }
      assert.include(yield* hears(world, message), { RetCode: "00", RefundFee: "28.50" })
      assert.include(yield* hears(world, query), { RetCode: "00", RefundFee: "28.50" })
      const { json } = yield* asks(world, "/refunds")
      assert.deepInclude(json[0], { store: "SH0002", device: "07", askedBy: "0917" })
      assert.include(json[0].reference, ticket.StoreNo)
    })
  )

  it.effect("of another merchant is refused, and the till is told why", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(
        database,
        {},
        {
          settings: (given) => ({
            merchants: [
              merchantOf(given, given.mchid, ["GZ0013"]),
              merchantOf(given, "1900009999", ["SH0002"])
            ]
          })
        }
      )
      yield* sold(world)
      const message = {
        ...refund("9", "28.50"),
        StoreNo: "SH0002",
        OrigStoreNo: ticket.StoreNo,
        OrigPosNo: ticket.PosNo
      }
      const heard = yield* hears(world, message)
      assert.strictEqual(heard.RetCode, "E5")
      assert.include(heard.RetMsg, "非本商户销售")
      assert.deepEqual(yield* refundsOf(world), [])
    })
  )
})
