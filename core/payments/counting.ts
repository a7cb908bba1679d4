import type { Sql } from "../database/database.ts"
import { PaymentClosed, PaymentPaid } from "./events.ts"
import { release, wasClosed } from "./held.ts"
import { attemptOf, attemptsOf, reversalOf } from "./rows.ts"
import type { Settling } from "./settling.ts"
import { isUnderway } from "./standing.ts"
import { type AttemptRow, type Because, move, type PaymentRow } from "./store.ts"

// What a payment's plugin hears of it: that it is paid, or closed.

/** The money counts: its payment is paid, and its plugin hears of it. */
export const countPaid = async (
  sql: Sql,
  { events }: Settling,
  payment: PaymentRow,
  attempt: AttemptRow,
  because: Because
): Promise<PaymentRow | undefined> => {
  const changes = { paid_by: attempt.id, held_until: null }
  const done = await move(sql, "payment", payment, "paid", because, changes)
  if (done === undefined) return undefined
  await events.publish(sql, payment.plugin, PaymentPaid, eventKey(payment), {
    ...aboutPayment(payment, attempt),
    transactionId: attempt.transaction_id ?? "",
    paidAt: attempt.paid_at ?? 0
  })
  return done
}

/** The cashier asks for a ticket whose money is held: it is theirs. Gives back the payment as it now is. */
export const takeHeld = async (
  sql: Sql,
  settling: Settling,
  payment: PaymentRow,
  because: Because
): Promise<PaymentRow> => {
  if (payment.state !== "held" || payment.paid_by === null) return payment
  const attempt = await attemptOf(sql, payment.paid_by)
  const reversal = await reversalOf(sql, payment.paid_by)
  // What goes back already is not stopped.
  if (attempt === undefined || (reversal !== undefined && isUnderway(reversal))) return payment
  await release(sql, payment, "cashier", because)
  return (await countPaid(sql, settling, payment, attempt, because)) ?? payment
}

/** Nobody took what was held. Its plugin never heard of it, so it hears nothing but what it had not: that the payment is closed. */
export const givenBack = async (
  sql: Sql,
  settling: Settling,
  payment: PaymentRow,
  because: Because
): Promise<void> => {
  await release(sql, payment, "payer", because)
  const none = { paid_by: null, held_until: null }
  if (await wasClosed(sql, payment)) await move(sql, "payment", payment, "closed", because, none)
  else await closePayment(sql, settling, payment, "given up", because, none)
}

/** Nobody will pay this any more. */
export const closePayment = async (
  sql: Sql,
  { events }: Settling,
  payment: PaymentRow,
  why: typeof PaymentClosed.schema.Type.why,
  because: Because,
  changes: Partial<PaymentRow> = {}
): Promise<void> => {
  if ((await move(sql, "payment", payment, "closed", because, changes)) === undefined) return
  const { amount, part, plugin, reference } = payment
  const outTradeNo = (await attemptsOf(sql, payment.id)).at(-1)?.id
  const fact = { reference, part, amount, why, ...(outTradeNo !== undefined && { outTradeNo }) }
  await events.publish(sql, plugin, PaymentClosed, eventKey(payment), fact)
}

export const eventKey = ({ plugin, reference }: PaymentRow) => `event:${plugin}:${reference}`

export const aboutPayment = ({ part, reference }: PaymentRow, { amount, id }: AttemptRow) => ({
  reference,
  part,
  outTradeNo: id,
  amount
})
