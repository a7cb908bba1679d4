import { Schema } from "effect"
import { task } from "../../tasks/kind.ts"

/** Which refund a task is about. */
const Numbered = Schema.Struct({ outRefundNo: Schema.String })
export type Numbered = typeof Numbered.Type

/** Asks WeChat to give money back, until it has accepted or refused. One after another for each payment. */
export const SendRefund = task("payments.refund", Numbered)
/** Asks WeChat what became of it. */
export const FollowRefund = task("payments.refund-query", Numbered)
