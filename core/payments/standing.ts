import type { Fen } from "../values/money.ts"
import type { RefundStanding, Standing } from "./model.ts"
import type { AttemptRow, PaymentRow, RefundRow, ReversalRow } from "./store.ts"

/** All that is written down about one payment. */
export interface Sale {
  readonly payment: PaymentRow
  /** Oldest first; none where somebody was invited to pay and has not begun. */
  readonly attempts: ReadonlyArray<AttemptRow>
  readonly reversals: ReadonlyArray<ReversalRow>
  readonly refunds: ReadonlyArray<RefundRow>
}

export const hasEnded = (attempt: AttemptRow) =>
  attempt.state === "paid" || attempt.state === "refused" || attempt.state === "closed"

/** Its money came late, and waits for the cashier. */
export const isHeld = ({ paid_by, state }: PaymentRow, { id }: AttemptRow) =>
  state === "held" && paid_by === id

export const latest = (sale: Sale): AttemptRow | undefined => sale.attempts.at(-1)

/** What was paid, and what of it has gone back or is on its way. */
export const captured = ({ attempts, payment, refunds }: Sale) => {
  const paid = attempts.find(({ id }) => payment.state === "paid" && id === payment.paid_by)
  const own = refunds.filter(({ attempt }) => attempt === paid?.id)
  return { paid: paid?.amount ?? (0 as Fen), refunded: refunded(own) }
}

/** Refunds that have taken money out of the capture, or may have. */
export const refunded = (refunds: ReadonlyArray<RefundRow>): Fen =>
  sum(refunds.filter(({ state }) => state !== "refused" && state !== "closed"))

const sum = (rows: ReadonlyArray<{ readonly amount: Fen }>) =>
  rows.reduce((total, { amount }) => total + amount, 0) as Fen

/** The attempt a plugin should hear about: the one that was paid, else the last one. */
export const current = (sale: Sale): AttemptRow | undefined =>
  sale.attempts.find(({ id }) => id === sale.payment.paid_by) ?? latest(sale)

/** Where the payment stands. An invitation outlasts the attempts that came to nothing. */
export const standing = (sale: Sale): Standing => {
  const attempt = current(sale)
  const { amount, expires_at, state } = sale.payment
  if (attempt !== undefined && (expires_at === null || !cameToNothing(sale, attempt)))
    return attemptStanding(sale, attempt)
  return state === "open"
    ? { _tag: "Open", amount, until: expires_at ?? 0 }
    : { _tag: "Closed", amount }
}

/** It has ended, and no money was ever taken under it. */
const cameToNothing = ({ reversals }: Sale, { id, state }: AttemptRow) =>
  (state === "refused" || state === "closed") &&
  !reversals.some((reversal) => reversal.id === id && isUnderway(reversal))

/** A reversal that WeChat has not carried out yet. */
export const isUnderway = ({ state }: ReversalRow) => state === "asked" || state === "unknown"

/** Where one attempt stands. */
export const attemptStanding = (sale: Sale, attempt: AttemptRow): Standing => {
  const reversal = sale.reversals.find(({ id }) => id === attempt.id)
  const outTradeNo = attempt.id
  if (reversal !== undefined && isUnderway(reversal))
    return { _tag: "Reversing", outTradeNo, since: reversal.asked_at }
  if (reversal?.state === "done")
    return { _tag: "Reversed", outTradeNo, amount: attempt.amount, returned: reversal.returned }
  if (isHeld(sale.payment, attempt))
    return { _tag: "Held", outTradeNo, amount: attempt.amount, until: sale.payment.held_until ?? 0 }
  switch (attempt.state) {
    case "paid":
      return {
        _tag: "Paid",
        outTradeNo,
        transactionId: attempt.transaction_id ?? "",
        amount: attempt.amount,
        paidAt: attempt.paid_at ?? 0,
        refunded: sum(
          sale.refunds.filter((refund) => refund.attempt === attempt.id && isAccepted(refund))
        )
      }
    case "paying":
      return { _tag: "Paying", outTradeNo, since: attempt.sent_at }
    case "sent":
      return attempt.prepay !== null
        ? { _tag: "Paying", outTradeNo, since: attempt.sent_at }
        : { _tag: "Awaited", outTradeNo, since: attempt.sent_at }
    case "unknown":
      return { _tag: "Awaited", outTradeNo, since: attempt.sent_at }
    case "refused":
      return {
        _tag: "Refused",
        outTradeNo,
        why: refusals.find((why) => why === attempt.refusal) ?? "other",
        detail: attempt.detail ?? ""
      }
    case "closed":
      return { _tag: "Reversed", outTradeNo, amount: attempt.amount, returned: 0 as Fen }
  }
}

const refusals = ["code", "funds", "other", "not sent"] as const

const isAccepted = ({ state }: RefundRow) =>
  state === "processing" || state === "done" || state === "abnormal"

export const refundStanding = (refund: RefundRow): RefundStanding => {
  const outRefundNo = refund.id
  if (refund.state === "waiting") return { _tag: "Waiting", outRefundNo, since: refund.asked_at }
  if (isAccepted(refund))
    return {
      _tag: "Accepted",
      outRefundNo,
      refundId: refund.refund_id ?? "",
      amount: refund.amount
    }
  return refund.state === "refused" || refund.state === "closed"
    ? { _tag: "Declined", outRefundNo, detail: refund.detail ?? "" }
    : { _tag: "Awaited", outRefundNo, since: refund.asked_at }
}
