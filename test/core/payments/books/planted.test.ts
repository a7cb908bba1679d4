import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../../core/database/database.ts"
import { migrationsOf } from "../../../../core/gateway/gateway.ts"
import { makeLoading } from "../../../../core/payments/books/loading.ts"
import { makeMatch } from "../../../../core/payments/books/match.ts"
import { makeSales } from "../../../../core/payments/books/sales.ts"
import { tables } from "../../../../core/payments/books/store.ts"
import { Tasks } from "../../../../core/tasks/tasks.ts"
import { openTodos } from "../../../../core/tasks/todos.ts"
import { Merchants } from "../../../../core/wechat/pay/merchants.ts"
import {
  type Bills,
  billsOnly,
  putBills,
  write,
  writePayment,
  writeRefund
} from "../../../support/bill-day.ts"
import { eachDatabase, temporaryDatabase } from "../../../support/database.ts"
import { seedOf } from "../../../support/seed.ts"
import { merchant } from "../../wechat/pay/fixture.ts"
import { chance, type Day, day, feeOf, moved, paymentOf, plantedDay } from "./plants.ts"

const { mchid } = merchant

const opened = Effect.fnUntraced(function* (bills: Bills, asked: Array<string>) {
  const { fetch } = yield* makeLoading.pipe(Effect.provide(billsOnly(bills)))
  const match = yield* makeMatch((number) => Effect.sync(() => void asked.push(number)))
  const sales = yield* makeSales
  return {
    match,
    load: (day: string) =>
      Effect.scoped(Effect.andThen(fetch(merchant, "trade", day), fetch(merchant, "funds", day))),
    sell: Effect.fnUntraced(function* (all: Day["sales"]) {
      for (const [key, lines] of all) {
        const [store = "", till = ""] = key.split(" ")
        yield* sales("pos", { store, till, day, shift: "", lines })
      }
    })
  }
})

const openOnes = Database.use((database) =>
  database.read((sql) =>
    tables(sql)
      .selectFrom("weir_book_differences")
      .select(["cause", "number"])
      .where("state", "=", "open")
      .execute()
  )
).pipe(Effect.map((rows) => rows.map(({ cause, number }) => `${cause} ${number}`).sort()))

eachDatabase("planted discrepancies", (database) => {
  const services = () =>
    Layer.mergeAll(Tasks.layer, Merchants.layer([merchant])).pipe(
      Layer.provideMerge(temporaryDatabase(database, migrationsOf([])))
    )

  it.effect(
    "of every kind are each named, none is invented, and later data settles what it explains",
    () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse("2026-11-24T10:30:00+08:00"))
        const { day: planted, expected } = plantedDay(chance(seedOf("planted discrepancies")))
        assert.isAtLeast(expected.length, 50)
        const bills: Bills = new Map()
        putBills(bills, day, planted)
        putBills(bills, "20261122", { trade: [], funds: [] })
        const asked: Array<string> = []
        const { load, match, sell } = yield* opened(bills, asked)
        yield* write((sql) => {
          for (const payment of planted.payments.values()) writePayment(sql, payment)
          for (const refund of planted.refunds.values()) writeRefund(sql, refund)
        })
        yield* sell(planted.sales)
        yield* load("20261122")
        yield* load(day)
        yield* match(mchid, day)
        assert.deepStrictEqual(yield* openOnes, expected)
        // WeChat was asked about those that it says are paid, and about no other.
        const paidThere = expected.filter((it) => it.startsWith("paid-at-wechat"))
        assert.deepStrictEqual(asked.map((it) => `paid-at-wechat ${it}`).sort(), paidThere)
        const todos = yield* Database.use(({ read }) => read((sql) => openTodos(sql)))
        assert.lengthOf(todos, expected.length)

        // A second look finds the same, and says it once.
        yield* match(mchid, day)
        assert.deepStrictEqual(yield* openOnes, expected)

        // The next day's bill has what was paid as the day ended; nothing else changes.
        const late = expected.flatMap((it) => (it.startsWith("midnight") ? [it.slice(9)] : []))
        const next: Day = { ...planted, trade: [], funds: [] }
        for (const number of late) {
          const { amount, paidAt } = paymentOf(planted, number)
          const row = { number, amount, settled: amount, coupon: 0, fee: feeOf(amount) }
          next.trade.push({ ...row, kind: "SUCCESS", at: paidAt + 2_000 })
          moved(next, number, amount, paidAt + 2_000)
        }
        putBills(bills, "20261124", next)
        yield* load("20261124")
        yield* match(mchid, "20261124")
        assert.deepStrictEqual(
          yield* openOnes,
          expected.filter((it) => !it.startsWith("midnight"))
        )
      }).pipe(Effect.provide(services()))
  )
})
