import { Schema } from "effect"
import { Fen } from "../../values/money.ts"

export const ComplaintState = Schema.Literals(["pending", "processing", "processed"])

/** A complaint as a list shows it: nothing personal. */
export const ListedComplaint = Schema.Struct({
  id: Schema.String,
  state: ComplaintState,
  mchid: Schema.String,
  /** What it is about, where it is ours. */
  plugin: Schema.NullOr(Schema.String),
  reference: Schema.NullOr(Schema.String),
  store: Schema.NullOr(Schema.String),
  outTradeNo: Schema.NullOr(Schema.String),
  transactionId: Schema.NullOr(Schema.String),
  amount: Schema.NullOr(Fen),
  problem: Schema.String,
  /** What the customer wants back. */
  refundWanted: Schema.NullOr(Fen),
  complainedAt: Schema.Int,
  /** Until when it must be answered; nothing: nobody waits for an answer. */
  answerBy: Schema.NullOr(Schema.Int),
  resolveBy: Schema.Int
})
export type ListedComplaint = typeof ListedComplaint.Type

/** A complaint as the person reads it who answers it. */
export const ReadComplaint = Schema.Struct({
  ...ListedComplaint.fields,
  detail: Schema.String,
  description: Schema.String,
  /** Whether the customer left a phone number; it is told only when asked for. */
  hasPhone: Schema.Boolean,
  fullyRefunded: Schema.Boolean,
  said: Schema.Array(
    Schema.Struct({
      by: Schema.optionalKey(Schema.String),
      at: Schema.Int,
      what: Schema.String,
      text: Schema.optionalKey(Schema.String)
    })
  ),
  /** What our own people did about it. */
  acts: Schema.Array(Schema.Struct({ at: Schema.Int, by: Schema.String, act: Schema.String }))
})
export type ReadComplaint = typeof ReadComplaint.Type

export class ComplaintUnknown extends Schema.TaggedError<ComplaintUnknown>()("ComplaintUnknown", {
  id: Schema.String
}) {
  readonly status = 404
  override readonly message = "There is no complaint of this number"
}

/** WeChat said no; nothing was said to the customer. */
export class ComplaintRefused extends Schema.TaggedError<ComplaintRefused>()("ComplaintRefused", {
  id: Schema.String,
  code: Schema.String
}) {
  readonly status = 409
  override readonly message = `WeChat refuses this: ${this.code}`
}

/** WeChat gave no answer. Read the complaint before saying it again: what is said twice, the customer reads twice. */
export class ComplaintUnsure extends Schema.TaggedError<ComplaintUnsure>()("ComplaintUnsure", {
  id: Schema.String
}) {
  readonly status = 503
  override readonly message =
    "WeChat gave no answer, and may have done it: read the complaint before you say it again"
}

/** There is nothing of ours to give back. */
export class NothingToRefund extends Schema.TaggedError<NothingToRefund>()("NothingToRefund", {
  id: Schema.String
}) {
  readonly status = 409
  override readonly message = "This complaint is not about a payment of ours"
}
