import { Schema } from "effect"
import { event } from "../tasks/events.ts"
import { Fen } from "../values/money.ts"

const about = {
  reference: Schema.String,
  part: Schema.String,
  outTradeNo: Schema.String,
  amount: Fen
}

/** The payer's money is with the merchant. */
export const PaymentPaid = event(
  "payment.paid",
  Schema.Struct({ ...about, transactionId: Schema.String, paidAt: Schema.Int })
)

/** What was paid has gone back as a whole. What was paid twice, or too late, and went back is no news: nobody was told of it. */
export const PaymentReversed = event("payment.reversed", Schema.Struct(about))

/** What was asked for will not be paid any more: its time is over, or whoever asked for it gave it up. No money is with the merchant. */
export const PaymentClosed = event(
  "payment.closed",
  Schema.Struct({
    reference: Schema.String,
    part: Schema.String,
    amount: Fen,
    /** The last attempt to collect it, where there was one. */
    outTradeNo: Schema.optionalKey(Schema.String),
    why: Schema.Literals(["expired", "given up", "refused"])
  })
)

/** WeChat accepted a refund, or finished it. */
export const RefundDone = event(
  "refund.done",
  Schema.Struct({ ...about, outRefundNo: Schema.String, refundId: Schema.String })
)

/** A refund came to nothing: WeChat refused it, closed it after it was accepted, or the supervisor declined it. Its money is still here. */
export const RefundFailed = event(
  "refund.failed",
  Schema.Struct({ ...about, outRefundNo: Schema.String, why: Schema.String })
)
