import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { Database, type Sql } from "../database/database.ts"
import { afterCommit } from "../database/works.ts"
import { Stopping } from "../stopping.ts"
import { Events } from "../tasks/events.ts"
import { task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { firstNumberOf } from "../values/numbers.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { makeFrozen } from "./frozen.ts"
import type { Order, Reference } from "./model.ts"
import { firstNumber, type Opened, openAttempt, type Try } from "./placing.ts"
import {
  attemptOf,
  findPayment,
  findPayments,
  paymentNumbered,
  paymentOf,
  saleRows
} from "./rows.ts"
import { askReversal, hear } from "./settle.ts"
import type { Settling } from "./settling.ts"
import type { Sale } from "./standing.ts"
import {
  type AttemptRow,
  type Because,
  hold,
  type PaymentRow,
  type ReversalRow,
  tables
} from "./store.ts"
import { makeWaiting } from "./waiting.ts"
import type { Word } from "./word.ts"

/** Asks WeChat about one attempt, or carries out its reversal, until it has ended. */
export const ResolveAttempt = task("payments.resolve", Schema.Struct({ outTradeNo: Schema.String }))

/** What is written down about payments; it never talks to WeChat. */
export class Ledger extends Context.Service<
  Ledger,
  {
    /** Writes down an attempt for an order, unless an earlier one stands in its way or answers for it. */
    open(order: Order, how: Try): Effect.Effect<Opened>
    sale(reference: Reference): Effect.Effect<Sale | undefined>
    /** The sale of a payment's own number. */
    saleNumbered(payment: string): Effect.Effect<Sale | undefined>
    /** Every part of a reference. */
    parts(reference: Omit<Reference, "part">): Effect.Effect<ReadonlyArray<Sale>>
    saleOf(outTradeNo: string): Effect.Effect<Sale | undefined>
    /** Writes down WeChat's word on an attempt. Where that has just paid for its sale, gives back the sale as it now is. */
    hear(
      outTradeNo: string,
      word: Word,
      event: string,
      detail?: string
    ): Effect.Effect<Sale | undefined>
    /** Keeps the exact request of an attempt that may be sent again, and gives back the one that is kept; none once it has ended. */
    keepRequest(attempt: AttemptRow, request: string): Effect.Effect<string | undefined>
    /** The request that is kept of an attempt. */
    requestOf(attempt: AttemptRow): string | undefined
    /**
     * Asks for an attempt to be undone that was seen so; `false`: it, or what it counts for, is no longer so, and nothing is done. Who was
     * told meanwhile that it is paid keeps that.
     */
    undo(
      seen: { readonly attempt: AttemptRow; readonly payment: PaymentRow },
      why: ReversalRow["why"]
    ): Effect.Effect<boolean>
    /** Any other change of an attempt's sale, as SQL. */
    change<A>(
      outTradeNo: string,
      work: (sql: Sql, settling: Settling, because: (event: string) => Because) => Promise<A>
    ): Effect.Effect<A>
    /** Waits until `look` finds something in the sale; woken by each change, and interrupted when the process stops. */
    until<A>(reference: Reference, look: (sale: Sale) => A | undefined): Effect.Effect<A>
  }
>()("weir/Ledger") {
  static readonly layer = Layer.effect(
    Ledger,
    Effect.gen(function* () {
      const database = yield* Database
      const events = yield* Events
      const tasks = yield* Tasks
      const merchants = yield* Merchants
      const timeline = yield* Customers
      const stopping = yield* Stopping
      const frozen = yield* makeFrozen
      const waiting = makeWaiting()
      const settling: Settling = {
        events,
        timeline,
        merchantOf: (mchid) => merchants.get(mchid),
        payerOf: frozen.payerOf,
        rulesOf: (store) => merchants.storeRules(store),
        resolve: (sql, outTradeNo, due) =>
          tasks.ensure(sql, ResolveAttempt, { key: outTradeNo, payload: { outTradeNo }, due })
      }

      const change = Effect.fnUntraced(function* <A>(
        outTradeNo: string,
        work: (sql: Sql, settling: Settling, because: (event: string) => Because) => Promise<A>
      ) {
        const at = yield* Clock.currentTimeMillis
        return yield* database.write(`attempt:${outTradeNo}`, async (sql) => {
          const payment = firstNumberOf(outTradeNo)
          await hold(sql, payment)
          afterCommit(sql, () => waiting.changed(payment))
          return work(sql, settling, (event) => ({ event, at }))
        })
      })

      const open = Effect.fnUntraced(function* (order: Order, how: Try) {
        const at = yield* Clock.currentTimeMillis
        const { appid, mchid: merchant } = merchants.of(order.store)
        return yield* database.write(`payment:${order.plugin}:${order.reference}`, (sql) =>
          openAttempt(sql, { ...order, merchant, appid, part: order.part ?? "" }, how, settling, at)
        )
      })

      const sale = (reference: Reference) =>
        database.read(async (sql) => {
          const payment = await findPayment(sql, { part: "", ...reference })
          return payment === undefined ? undefined : saleRows(sql, payment)
        })

      return Ledger.of({
        open,
        sale,
        saleNumbered: (id) =>
          database.read(async (sql) => {
            const payment = await paymentNumbered(sql, id)
            return payment === undefined ? undefined : saleRows(sql, payment)
          }),
        parts: ({ plugin, reference }) =>
          database.read(async (sql) => {
            const sales: Array<Sale> = []
            for (const payment of await findPayments(sql, { plugin, reference }))
              sales.push(await saleRows(sql, payment))
            return sales
          }),
        saleOf: (outTradeNo) =>
          database.read(async (sql) => {
            const attempt = await attemptOf(sql, outTradeNo)
            if (attempt === undefined) return undefined
            return saleRows(sql, await paymentOf(sql, attempt.payment))
          }),
        hear: (outTradeNo, word, event, detail) =>
          change(outTradeNo, (sql, settling, because) =>
            hear(sql, settling, outTradeNo, word, { ...because(event), detail })
          ),
        keepRequest: ({ id }, request) =>
          database.write(`attempt:${id}`, async (sql) => {
            await tables(sql)
              .updateTable("weir_attempts")
              .set({ request: frozen.freeze(id, request) })
              .where("id", "=", id)
              .where("request", "is", null)
              .where("state", "in", ["sent", "paying", "unknown"])
              .execute()
            const now = await attemptOf(sql, id)
            return now === undefined ? undefined : frozen.thaw(now)
          }),
        requestOf: frozen.thaw,
        undo: ({ attempt: { id, version }, payment: seen }, why) =>
          change(id, async (sql, settling, because) => {
            const attempt = await attemptOf(sql, id)
            const payment = await paymentOf(sql, seen.id)
            if (attempt?.version !== version || payment.version !== seen.version) return false
            await askReversal(sql, settling, attempt, why, because(`reverse: ${why}`))
            return true
          }),
        change,
        until: (reference, look) =>
          waiting
            .until(
              firstNumber({ part: "", ...reference }),
              Effect.map(sale(reference), (found) =>
                found === undefined ? undefined : look(found)
              )
            )
            // Rows and tasks go on in the next process; whoever asks again there waits there.
            .pipe(Effect.raceFirst(Effect.andThen(stopping.begun, Effect.interrupt)))
      })
    })
  )
}
