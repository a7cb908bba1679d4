import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { BooksBalanced } from "#core"
import { Database } from "../../../core/database/database.ts"

import { tables } from "../../../core/payments/books/store.ts"
import { Events } from "../../../core/tasks/events.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { erp, openLegacy } from "../../support/legacy-sandbox.ts"
import { passIn } from "../../support/settling.ts"
import { openWorld } from "../../support/world.ts"

const pass = (duration: Duration.Input) =>
  passIn(Math.max(2_500, Duration.toMillis(duration) / 60), duration)

const day = "20261123"
const merchant = "1900000109"

/** 1,000.00 sold, 28.50 given back, a fee of 5.829 and a coupon of ours of 1.00. */
const balanced = {
  posting: "7K3QXA9M2TFB4N8WCDZ5R0HE",
  merchant,
  entity: "示例百货有限公司",
  store: "GZ0013",
  day,
  about: day,
  gross: 100_000,
  refunds: 2_850,
  fee: 582_900,
  net: 97_150_000 - 582_900 - 100_000
}

const open = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(database, { erp })
  const legacy = yield* openLegacy(world.network)

  /** The books close a day: its rows, and the fact. */
  const close = (fact: typeof balanced = balanced) =>
    world.within(
      Effect.gen(function* () {
        const { publishToAll } = yield* Events
        const { posting: id, about, merchant, store, gross, refunds, fee, net } = fact
        yield* Database.use(({ write }) =>
          write("books", async (sql) => {
            const money = { gross, refunds, fee, net }
            await tables(sql)
              .insertInto("weir_book_days")
              .values({
                merchant,
                day: fact.day,
                state: "closed",
                version: 1,
                step: "",
                done: 0,
                at: 0
              })
              .execute()
            await tables(sql)
              .insertInto("weir_book_postings")
              .values({
                id,
                merchant,
                store,
                day: about,
                posted_in: fact.day,
                ...money,
                at: 0,
                confirmed_at: null
              })
              .execute()
            await publishToAll(sql, BooksBalanced, `books:${merchant}:${store}`, fact)
          })
        )
      })
    )
  const state = world.within(
    Database.use(({ read }) =>
      read((sql) => tables(sql).selectFrom("weir_book_days").select("state").executeTakeFirst())
    )
  )
  return { ...world, legacy, close, state: Effect.map(state, (row) => row?.state) }
})

eachDatabase("a day whose books balance", (database) => {
  it.effect("is posted to Kingdee as one receivable of the store, audited, and then locked", () =>
    Effect.gen(function* () {
      const { close, legacy, state } = yield* open(database)
      yield* close()
      yield* pass("1 minute")
      const [bill, ...more] = (yield* legacy.ledger).bills
      assert.deepStrictEqual(more, [])
      assert.strictEqual(bill?.status, "C")
      assert.strictEqual(bill?.number, `WX${balanced.posting}`)
      assert.deepStrictEqual(bill?.model.FCUSTOMERID, { FNumber: "CUST0013" })
      assert.strictEqual(bill?.model.FDATE, "2026-11-23 00:00:00")
      assert.deepStrictEqual(
        bill?.model.FEntityDetail.map(
          (line: { FMATERIALID: { FNumber: string }; FPriceQty: number; FTaxPrice: number }) => [
            line.FMATERIALID.FNumber,
            line.FPriceQty,
            line.FTaxPrice
          ]
        ),
        [
          ["WXSALES", 1, 1000],
          ["WXREFUND", -1, 28.5],
          ["WXFEE", -1, 5.829],
          ["WXCOUPON", -1, 1]
        ]
      )
      assert.strictEqual(yield* state, "locked")
    })
  )

  it.effect("is there once, whatever becomes of Kingdee's sessions and lines", () =>
    Effect.gen(function* () {
      const { close, legacy, state } = yield* open(database)
      for (const call of ["Save", "Submit", "Audit"]) {
        const path = `${call}.common.kdsvc`
        yield* legacy.fault("reset", { path })
        yield* legacy.fault("lost-session", { path })
        yield* legacy.fault("html", { path })
      }
      yield* close()
      yield* pass("30 minutes")
      const { bills } = yield* legacy.ledger
      assert.deepStrictEqual(
        bills.map(({ status }) => status),
        ["C"]
      )
      assert.strictEqual(yield* state, "locked")
    })
  )

  it.effect("is not locked as long as Kingdee refuses it, and a person knows why", () =>
    Effect.gen(function* () {
      const { close, legacy, state, todos, within } = yield* open(database)
      yield* legacy.fault("refuse", { path: "Audit.common.kdsvc" })
      yield* close()
      yield* pass("10 minutes")
      assert.deepStrictEqual(
        (yield* legacy.ledger).bills.map(({ status }) => status),
        ["B"]
      )
      assert.strictEqual(yield* state, "closed")
      const [todo] = (yield* todos).filter(({ kind }) => kind === "connection.refused")
      assert.match(todo?.detail ?? "", /receivable\.audit is refused: 当前期间已关账/)
      yield* within(
        Tasks.use(({ parked, replay }) =>
          Effect.flatMap(parked(), ([one]) => replay(one?.key ?? ""))
        )
      )
      yield* pass("1 minute")
      assert.strictEqual(yield* state, "locked")
    })
  )

  it.effect("with a customer that Kingdee does not know is refused with its words", () =>
    Effect.gen(function* () {
      const { close, legacy, todos } = yield* open(database)
      yield* close({ ...balanced, store: "SZ0001" })
      yield* pass("1 minute")
      assert.deepStrictEqual((yield* legacy.ledger).bills, [])
      const [todo] = (yield* todos).filter(({ kind }) => kind === "connection.refused")
      assert.match(todo?.detail ?? "", /客户编码不存在/)
    })
  )

  it.effect("an adjustment below nothing is posted with the signs turned", () =>
    Effect.gen(function* () {
      const { close, legacy } = yield* open(database)
      const less = { gross: -1_000, refunds: 0, fee: -6_000, net: -994_000 }
      yield* close({ ...balanced, ...less, store: "", about: "20261120" })
      yield* pass("1 minute")
      const [bill] = (yield* legacy.ledger).bills
      assert.deepStrictEqual(bill?.model.FCUSTOMERID, { FNumber: "CUST0001" })
      assert.match(bill?.model.FAR_Remark, /20261120 调整$/)
      assert.deepStrictEqual(
        bill?.model.FEntityDetail.map(
          (line: { FPriceQty: number; FTaxPrice: number }) => line.FPriceQty * line.FTaxPrice
        ),
        [-10, 0.06]
      )
    })
  )
})
