import { Schema } from "effect"
import { Fen } from "../../../values/money.ts"
import { Instant, maybe, read, text } from "../wire.ts"

/** Where a complaint stands with WeChat. `PENDING`: the merchant has not answered yet. */
const State = Schema.Literals(["PENDING", "PROCESSING", "PROCESSED"])

/** WeChat: consumer complaints 2.0, one complaint. What we have no use for is not read. */
const Complaint = Schema.Struct({
  id: text(64),
  complainedAt: Instant,
  state: State,
  /** What the customer wrote. */
  detail: maybe(text(4000)),
  description: maybe(text(4000)),
  /** `REFUND`, `SERVICE_NOT_WORK`, `OTHERS`, and what WeChat may add. */
  problem: maybe(text(64)),
  /** Sealed with the merchant's own key. */
  phone: maybe(text(1024)),
  openid: maybe(text(128)),
  orders: maybe(
    Schema.Array(
      Schema.Struct({ transactionId: text(64), outTradeNo: text(64), amount: Fen }).pipe(
        Schema.encodeKeys({ transactionId: "transaction_id", outTradeNo: "out_trade_no" })
      )
    )
  ),
  fullyRefunded: maybe(Schema.Boolean),
  /** The customer has said something that nobody has answered. */
  waits: maybe(Schema.Boolean),
  times: maybe(Schema.Int),
  refundWanted: maybe(Fen)
}).pipe(
  Schema.encodeKeys({
    id: "complaint_id",
    complainedAt: "complaint_time",
    state: "complaint_state",
    detail: "complaint_detail",
    description: "problem_description",
    problem: "problem_type",
    phone: "payer_phone",
    openid: "payer_openid",
    orders: "complaint_order_info",
    fullyRefunded: "complaint_full_refunded",
    waits: "incoming_user_response",
    times: "user_complaint_times",
    refundWanted: "apply_refund_amount"
  })
)

export type Complaint = typeof Complaint.Type
export const readComplaint = read(Complaint)

const Page = Schema.Struct({ data: maybe(Schema.Array(Complaint)), total: maybe(Schema.Int) }).pipe(
  Schema.encodeKeys({ total: "total_count" })
)
export type Page = typeof Page.Type
export const readPage = read(Page)

/** What was said and done about a complaint, by either side or WeChat. */
const Said = Schema.Struct({
  by: maybe(text(64)),
  at: Instant,
  what: text(64),
  text: maybe(text(4000))
}).pipe(
  Schema.encodeKeys({
    by: "operator",
    at: "operate_time",
    what: "operate_type",
    text: "operate_details"
  })
)
export type Said = typeof Said.Type
export const readHistory = read(Schema.Struct({ data: maybe(Schema.Array(Said)) }))

export const readComplaintNotify = read(
  Schema.Struct({ complaintId: text(64), action: text(64) }).pipe(
    Schema.encodeKeys({ complaintId: "complaint_id", action: "action_type" })
  )
)

/** Where complaints of a merchant are notified. */
export const readNotifyUrl = read(Schema.Struct({ url: text(255) }))
