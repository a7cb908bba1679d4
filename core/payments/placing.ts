import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import { outTradeNo } from "../values/numbers.ts"
import { takeHeld } from "./counting.ts"
import type { Order, Reference } from "./model.ts"
import { findPayment, paymentOf, reversalOf, saleRows } from "./rows.ts"
import type { Settling } from "./settling.ts"
import { hasEnded, latest, type Sale } from "./standing.ts"
import { type AttemptRow, begin, hold, move, type PaymentRow } from "./store.ts"
import { isWithdrawn } from "./withdrawals.ts"

// How payments and attempts are written down; all inside a write.

/** How an attempt is made: which way, at which account, for whom, and what tells its code or browser from another. */
export interface Try {
  readonly way: AttemptRow["way"]
  /** The merchant's own, unless said. */
  readonly appid?: string | undefined
  readonly mark: string | null
  readonly payer?: CustomerId | undefined
  /** Until when it may be paid, where that is ours to say. */
  readonly expires?: number
  /** It follows an invitation, and begins nothing after its end. */
  readonly invited?: boolean
}

/**
 * `new`: written down, to be sent now. `known`: this or another attempt answers for the order. `over`: it can no longer be paid.
 * `withdrawn`: its caller took it back after this was said.
 */
export type Opened =
  | { readonly is: "new" | "known"; readonly attempt: AttemptRow; readonly payment: PaymentRow }
  | { readonly is: "differs" }
  | { readonly is: "over" }
  | { readonly is: "withdrawn" }

/** A payment goes by the number of its first attempt, so that any process finds the same one. */
export const firstNumber = (reference: Reference & { readonly part: string }) =>
  outTradeNo({ ...reference, attempt: 1 })

/** An order with the merchant that its store sells for, and that merchant's own account. */
export type Placed = Order & {
  readonly merchant: string
  readonly appid: string
  readonly part: string
}

export const openAttempt = async (
  sql: Sql,
  order: Placed,
  how: Try,
  settling: Settling,
  at: number
): Promise<Opened> => {
  const known = await findPayment(sql, order)
  if (known === undefined) {
    if (await isWithdrawn(sql, order)) return { is: "withdrawn" }
    const payment = await begin(sql, "payment", paymentRow(order, at), { event: "asked", at })
    return { is: "new", attempt: await tryOnce(sql, payment, order, how, 1, at), payment }
  }
  if (known.amount !== order.amount) return { is: "differs" }
  await hold(sql, known.id)
  const sale = await saleRows(sql, await paymentOf(sql, known.id))
  if (how.invited && isOver(sale.payment, at)) return { is: "over" }
  const taken = await takeHeld(sql, settling, sale.payment, { event: "taken by the cashier", at })
  const answering = await answersFor(sql, sale, how)
  if (answering !== undefined) return { is: "known", attempt: answering, payment: taken }
  if (await isWithdrawn(sql, order)) return { is: "withdrawn" }
  const payment =
    sale.payment.state === "closed"
      ? await move(sql, "payment", sale.payment, "open", { event: "asked again", at })
      : sale.payment
  if (payment === undefined) throw new Error(`Payment ${known.id} moved within its own write`)
  const number = (latest(sale)?.number ?? 0) + 1
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
  if (how.way !== "codepay") return undefined
  // A code that never left this machine is as good as new.
  return sale.attempts.findLast((a) => a.code_mark === how.mark && a.refusal !== "not sent")
}

const isOver = ({ expires_at, state }: PaymentRow, at: number) =>
  state === "closed" || (state === "open" && expires_at !== null && at >= expires_at)

const paymentRow = (
  order: Placed,
  at: number,
  expires_at: number | null = null
): Omit<PaymentRow, "version"> => ({
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
  asked_at: at,
  expires_at,
  held_until: null
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
    appid: how.appid ?? order.appid,
    merchant: order.merchant,
    amount: order.amount,
    request: null,
    code_mark: how.mark,
    prepay: null,
    prepay_at: null,
    payer: how.payer ?? null,
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

/** What an invitation came to: it is (still) open, or the reference means something else. */
export type Invited =
  | { readonly is: "invited"; readonly payment: PaymentRow; readonly isNew: boolean }
  | { readonly is: "differs"; readonly field: "amount" | "title" | "store" }

/** Writes down that somebody is invited to pay, once; after its end the same may be asked for anew. */
export const invite = async (
  sql: Sql,
  order: Placed,
  expires_at: number,
  at: number
): Promise<Invited> => {
  const known = await findPayment(sql, order)
  if (known === undefined) {
    const row = paymentRow(order, at, expires_at)
    const payment = await begin(sql, "payment", row, { event: "invited", at })
    return { is: "invited", payment, isNew: true }
  }
  await hold(sql, known.id)
  const payment = await paymentOf(sql, known.id)
  const field = contents.find((name) => payment[name] !== order[name])
  if (field !== undefined) return { is: "differs", field }
  if (payment.state !== "closed") return { is: "invited", payment, isNew: false }
  const because = { event: "invited again", at }
  const again = await move(sql, "payment", payment, "open", because, { expires_at })
  if (again === undefined) throw new Error(`Payment ${known.id} moved within its own write`)
  return { is: "invited", payment: again, isNew: true }
}

const contents = ["amount", "title", "store"] as const
