import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../../core/database/database.ts"
import { migrationsOf } from "../../../../core/gateway/gateway.ts"
import { makeGather } from "../../../../core/payments/books/gather.ts"
import { boundsOf, judge } from "../../../../core/payments/books/judge.ts"
import { makeLoading } from "../../../../core/payments/books/loading.ts"
import { knownOf } from "../../../../core/payments/books/match.ts"
import { filesOf } from "../../../../core/payments/books/passes.ts"
import { makeSales } from "../../../../core/payments/books/sales.ts"
import { ordinaryIn } from "../../../../core/payments/books/store/ordinary.ts"
import { openSheets } from "../../../../core/payments/books/totals.ts"
import { Tasks } from "../../../../core/tasks/tasks.ts"
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
import { chance, day, plantedDay } from "./plants.ts"

const { mchid } = merchant
const byOwner = (sheets: ReturnType<typeof openSheets>) =>
  [...sheets.rows(mchid)].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

const cases = [
  ["the trade bill alone", { funds: false, sales: false }],
  ["both bills", { funds: true, sales: false }],
  ["the trade bill and sales files", { funds: false, sales: true }],
  ["both bills and sales files", { funds: true, sales: true }]
] as const

eachDatabase("what a database calls ordinary", (database) => {
  const services = () =>
    Layer.mergeAll(Tasks.layer, Merchants.layer([merchant])).pipe(
      Layer.provideMerge(temporaryDatabase(database, migrationsOf([])))
    )

  for (const [name, { funds, sales }] of cases)
    it.effect(`has no difference and adds up as judged, with ${name}`, () =>
      Effect.gen(function* () {
        yield* TestClock.setTime(Date.parse("2026-11-24T10:30:00+08:00"))
        const { day: planted } = plantedDay(chance(seedOf("ordinary numbers")))
        const bills: Bills = new Map()
        putBills(bills, day, planted)
        yield* write((sql) => {
          for (const payment of planted.payments.values()) writePayment(sql, payment)
          for (const refund of planted.refunds.values()) writeRefund(sql, refund)
        })
        if (sales) {
          const keep = yield* makeSales
          for (const [key, lines] of planted.sales) {
            const [store = "", till = ""] = key.split(" ")
            yield* keep("pos", { store, till, day, shift: "", lines })
          }
        }
        const { fetch } = yield* makeLoading.pipe(Effect.provide(billsOnly(bills)))
        yield* Effect.scoped(fetch(merchant, "trade", day))
        if (funds) yield* Effect.scoped(fetch(merchant, "funds", day))

        yield* Database.use(({ read }) =>
          read(async (sql) => {
            const files = await filesOf(sql, mchid, day)
            const { trade } = files
            if (trade === undefined) throw new Error("The trade bill is there")
            const { ordinary, others } = await ordinaryIn(
              ...([sql, files, trade.id, boundsOf(day), [0, trade.lines]] as const)
            )
            const left = new Set(others)
            const numbers = [
              ...new Set(planted.trade.map(({ number, refund }) => refund ?? number))
            ].filter((number) => !left.has(number))
            // Most of a day must be ordinary, or nothing is won, and this test says nothing.
            assert.isAbove(numbers.length, planted.trade.length / 2)
            const known = await knownOf(sql, mchid, day, [])
            const [added, judged] = [openSheets(day), openSheets(day)]
            for (const one of ordinary) added.addOrdinary(one)
            for (const evidence of await makeGather(mchid)(sql, numbers)) {
              assert.deepStrictEqual(judge(evidence, known), [], evidence.number)
              judged.add(evidence)
            }
            assert.deepStrictEqual(byOwner(added), byOwner(judged))
          })
        )
      }).pipe(Effect.provide(services()))
    )
})
