import type { Merchant } from "../wechat/pay/merchant.ts"
import type { Sale } from "./standing.ts"
import type { AttemptRow, ReversalRow } from "./store.ts"

/** An attempt as it is now, with what belongs to it. */
export interface Case {
  readonly sale: Sale
  readonly attempt: AttemptRow
  readonly reversal: ReversalRow | undefined
  readonly merchant: Merchant
}
