import { Schema } from "effect"
import { Fen } from "../../values/money.ts"
import { graphs } from "../graph.ts"
import type { RefundRow } from "../store.ts"

export const RefundState = Schema.Literals(
  Object.keys(graphs.refund) as ReadonlyArray<RefundRow["state"]>
)

/** A refund as the people who run this see it. */
export const ListedRefund = Schema.Struct({
  number: Schema.String,
  state: RefundState,
  plugin: Schema.String,
  reference: Schema.String,
  part: Schema.String,
  outTradeNo: Schema.String,
  amount: Fen,
  /** Where and by whom it was asked for. */
  store: Schema.NullOr(Schema.String),
  device: Schema.NullOr(Schema.String),
  askedBy: Schema.NullOr(Schema.String),
  askedAt: Schema.Int,
  confirmedBy: Schema.NullOr(Schema.String),
  detail: Schema.NullOr(Schema.String)
})
export type ListedRefund = typeof ListedRefund.Type

export class RefundUnknown extends Schema.TaggedError<RefundUnknown>()("RefundUnknown", {
  number: Schema.String
}) {
  readonly status = 404
  override readonly message = "There is no refund of this number"
}

/** What was wanted of a refund cannot be done where it stands. */
export class RefundElsewhere extends Schema.TaggedError<RefundElsewhere>()("RefundElsewhere", {
  number: Schema.String,
  state: RefundState,
  must: RefundState
}) {
  readonly status = 409
  override readonly message = `This refund is ${this.state}; that is for one that is ${this.must}`
}

/** WeChat does not pay an abnormal refund to this account; nothing has moved. */
export class NotPaidOut extends Schema.TaggedError<NotPaidOut>()("NotPaidOut", {
  number: Schema.String,
  code: Schema.String,
  field: Schema.optionalKey(Schema.String)
}) {
  readonly status = 409
  override readonly message =
    `WeChat refuses to pay this out: ${this.code} ${this.field ?? ""}`.trim()
}
