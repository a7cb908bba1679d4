import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { Database, type Sql } from "../database/database.ts"
import { afterCommit } from "../database/works.ts"
import { Stopping } from "../stopping.ts"
import { Events } from "../tasks/events.ts"
import { task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { firstNumberOf, outTradeNo } from "../values/numbers.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import type { Order, Reference } from "./model.ts"
import { attemptOf, findPayment, paymentOf, reversalOf, saleRows } from "./rows.ts"
import { askReversal, hear, type Settling } from "./settle.ts"
import { hasEnded, latest, type Sale } from "./standing.ts"
import {
  type AttemptRow,
  type Because,
  begin,
  hold,
  move,
  type PaymentRow,
  type ReversalRow,
  tables
} from "./store.ts"
import { makeWaiting } from "./waiting.ts"
import type { Word } from "./word.ts"

/** Asks WeChat about one attempt, or carries out its reversal, until it has ended. */
export const ResolveAttempt = task("payments.resolve", Schema.Struct({ outTradeNo: Schema.String }))

/** How an attempt is made: which way, and what tells its code from another. */
export interface Try {
  readonly way: AttemptRow["way"]
  readonly mark: string | null
  /** Until when it may be paid, where that is ours to say. */
  readonly expires?: number
}

/** `new`: written down, to be sent now. `known`: this or another attempt answers for the order. */
export type Opened =
  | { readonly is: "new" | "known"; readonly attempt: AttemptRow; readonly payment: PaymentRow }
  | { readonly is: "differs" }

/** What is written down about payments; it never talks to WeChat. */
export class Ledger extends Context.Service<
  Ledger,
  {
    /** Writes down an attempt for an order, unless an earlier one stands in its way or answers for it. */
    open(order: Order, how: Try): Effect.Effect<Opened>
    sale(reference: Reference): Effect.Effect<Sale | undefined>
    saleOf(outTradeNo: string): Effect.Effect<Sale | undefined>
    /** Writes down WeChat's word on an attempt. Where that has just paid for its sale, gives back the sale as it now is. */
    hear(
      outTradeNo: string,
      word: Word,
      event: string,
      detail?: string
    ): Effect.Effect<Sale | undefined>
    /** Keeps the exact request of an attempt that may be sent again. */
    keepRequest(attempt: AttemptRow, request: string): Effect.Effect<void>
    /** Asks for an attempt to be undone. */
    undo(attempt: AttemptRow, why: ReversalRow["why"]): Effect.Effect<void>
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
      const waiting = makeWaiting()
      const settling: Settling = {
        events,
        timeline,
        appidOf: (mchid) => merchants.get(mchid)?.appid ?? "",
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
        const merchant = merchants.of(order.store).mchid
        return yield* database.write(`payment:${order.plugin}:${order.reference}`, (sql) =>
          openAttempt(sql, { ...order, merchant, part: order.part ?? "" }, how, at)
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
              .set({ request })
              .where("id", "=", id)
              .where("request", "is", null)
              .execute()
          }),
        undo: (attempt, why) =>
          change(attempt.id, (sql, settling, because) =>
            askReversal(sql, settling, attempt, why, because(`reverse: ${why}`))
          ),
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

/** A payment goes by the number of its first attempt, so that any process finds the same one. */
const firstNumber = (reference: Reference & { readonly part: string }) =>
  outTradeNo({ ...reference, attempt: 1 })

type Placed = Order & { readonly merchant: string; readonly part: string }

const openAttempt = async (sql: Sql, order: Placed, how: Try, at: number): Promise<Opened> => {
  const known = await findPayment(sql, order)
  if (known === undefined) {
    const payment = await begin(sql, "payment", paymentRow(order, at), { event: "asked", at })
    return { is: "new", attempt: await tryOnce(sql, payment, order, how, 1, at), payment }
  }
  if (known.amount !== order.amount) return { is: "differs" }
  await hold(sql, known.id)
  const sale = await saleRows(sql, await paymentOf(sql, known.id))
  const answering = await answersFor(sql, sale, how)
  if (answering !== undefined) return { is: "known", attempt: answering, payment: sale.payment }
  const payment =
    sale.payment.state === "closed"
      ? await move(sql, "payment", sale.payment, "open", { event: "asked again", at })
      : sale.payment
  if (payment === undefined) throw new Error(`Payment ${known.id} moved within its own write`)
  const number = latest(sale).number + 1
  return { is: "new", attempt: await tryOnce(sql, payment, order, how, number, at), payment }
}

/** The attempt that answers for the order: paid, unfinished, being undone, or this very code's own end. */
const answersFor = async (sql: Sql, sale: Sale, how: Try): Promise<AttemptRow | undefined> => {
  const current =
    sale.attempts.find(({ id }) => id === sale.payment.paid_by) ??
    sale.attempts.find((attempt) => !hasEnded(attempt))
  if (current !== undefined) return current
  for (const attempt of sale.attempts) {
    const reversal = await reversalOf(sql, attempt.id)
    if (reversal?.state === "asked" || reversal?.state === "unknown") return attempt
  }
  if (how.mark === null) return undefined
  // A code that never left this machine is as good as new.
  return sale.attempts.findLast((a) => a.code_mark === how.mark && a.refusal !== "not sent")
}

const paymentRow = (order: Placed, at: number): Omit<PaymentRow, "version"> => ({
  id: firstNumber(order),
  state: "open",
  plugin: order.plugin,
  reference: order.reference,
  part: order.part,
  amount: order.amount,
  title: order.title,
  merchant: order.merchant,
  store: order.store,
  device: order.device,
  paid_by: null,
  created_at: at,
  asked_at: at
})

const tryOnce = (
  sql: Sql,
  payment: PaymentRow,
  order: Placed,
  how: Try,
  number: number,
  at: number
) => {
  const id = outTradeNo({ ...order, attempt: number })
  const row: Omit<AttemptRow, "version"> = {
    id,
    state: "sent",
    payment: payment.id,
    number,
    way: how.way,
    merchant: order.merchant,
    amount: order.amount,
    request: null,
    code_mark: how.mark,
    code_url: null,
    sent_at: at,
    expires_at: how.expires ?? null,
    transaction_id: null,
    paid_at: null,
    refusal: null,
    detail: null,
    missing_at: null,
    customer: null
  }
  return begin(sql, "attempt", row, { event: "sent", at })
}
