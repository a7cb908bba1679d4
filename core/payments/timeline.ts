import { Duration } from "effect"
import type { Customers } from "../customers/customers.ts"
import type { Keep, NewEntry } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import type { AttemptRow, PaymentRow, RefundRow, ReversalRow } from "./store.ts"

/** What becomes of money also becomes a line in its payer's timeline, in the same write. */
export type Timeline = Pick<Customers["Service"], "recogniseIn" | "note" | "contacts">

/** What WeChat tells of a payer, and when they paid. */
interface Paid {
  readonly appid: string
  readonly openid?: string | undefined
  readonly paidAt: number
}

/** WeChat gives money back for a year. */
const refundable = Duration.toMillis("365 days")
/** What was bought, and for how much, is kept for three years from then on (E-Commerce Law art 31). */
const demanded = Duration.toMillis("1095 days")

const kept = (at: number): Keep => ({ until: at + demanded, openUntil: at + refundable })

/** Who paid. Paying lets the account write to them for a while. */
export const payerOf = async (sql: Sql, timeline: Timeline, { appid, openid, paidAt }: Paid) => {
  if (openid === undefined) return null
  const payer = await timeline.recogniseIn(sql, appid, { openid })
  await timeline.contacts.acted(sql, { appid, openid }, "payment", paidAt)
  return payer
}

export const notePaid = (
  sql: Sql,
  timeline: Timeline,
  payment: PaymentRow,
  attempt: AttemptRow
): Promise<void> => note(sql, timeline, payment, attempt, "paid", attempt.paid_at ?? 0, {})

export const noteReversed = (
  sql: Sql,
  timeline: Timeline,
  payment: PaymentRow,
  attempt: AttemptRow,
  { returned }: Pick<ReversalRow, "returned">,
  at: number
): Promise<void> => note(sql, timeline, payment, attempt, "reversed", at, { amount: returned })

export const noteRefunded = (
  sql: Sql,
  timeline: Timeline,
  payment: PaymentRow,
  attempt: AttemptRow,
  { amount, id, refund_id }: RefundRow,
  at: number
): Promise<void> => {
  const refundNumbers = [id, ...(refund_id === null ? [] : [refund_id])]
  return note(sql, timeline, payment, attempt, "refunded", at, { amount, refundNumbers })
}

/** A refund that had been announced comes to nothing. */
export const noteRefundFailed = (
  sql: Sql,
  timeline: Timeline,
  payment: PaymentRow,
  attempt: AttemptRow,
  { amount, id }: RefundRow,
  at: number
): Promise<void> =>
  note(sql, timeline, payment, attempt, "refund failed", at, { amount, refundNumbers: [id] })

/** Its payer complains of it to WeChat; what they wrote stands with the complaint alone. */
export const noteComplained = (
  sql: Sql,
  timeline: Timeline,
  payment: PaymentRow,
  attempt: AttemptRow,
  complaint: string,
  at: number
): Promise<void> => note(sql, timeline, payment, attempt, "complained", at, { complaint })

const note = async (
  sql: Sql,
  { note }: Timeline,
  { part, plugin, reference, store, title }: PaymentRow,
  { amount, customer, id, transaction_id }: AttemptRow,
  kind: string,
  at: number,
  more: {
    readonly amount?: number
    readonly refundNumbers?: ReadonlyArray<string>
    readonly complaint?: string
  }
) => {
  if (customer === null) return
  const entry: NewEntry = {
    kind,
    at,
    plugin,
    reference,
    paymentNumbers: [id, ...(transaction_id === null ? [] : [transaction_id])],
    data: { amount, title, store, ...(part !== "" && { part }), ...more },
    keep: kept(at)
  }
  await note(sql, customer, entry)
}
