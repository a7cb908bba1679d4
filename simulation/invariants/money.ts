import type { RefundRow } from "../../core/payments/store.ts"
import type { History } from "./history.ts"

export type Order = History["wechat"][number]

export const sum = (amounts: ReadonlyArray<number>) =>
  amounts.reduce((total, amount) => total + amount, 0)

/** The payer's money was taken, whatever happened to it afterwards. */
export const isCaptured = ({ transactionId }: Order) => transactionId !== undefined

/** What WeChat has refunded, or has begun to. */
export const refundedBy = ({ refunds }: Order) =>
  sum(refunds.filter(({ status }) => status !== "CLOSED").map(({ amount }) => amount))

/** What the merchant has of an order. */
export const keptOf = (order: Order) =>
  isCaptured(order) && order.tradeState !== "REVOKED" ? order.total - refundedBy(order) : 0

export const isGoing = ({ state }: RefundRow) => state !== "refused" && state !== "closed"

/** The same by our own rows. */
export const heldOf = ({ rows }: History, id: string): number => {
  const attempt = rows.attempts.find((attempt) => attempt.id === id)
  if (attempt?.state !== "paid") return 0
  if (rows.reversals.some((reversal) => reversal.id === id && reversal.state === "done")) return 0
  const refunds = rows.refunds.filter((refund) => refund.attempt === id && isGoing(refund))
  return attempt.amount - sum(refunds.map(({ amount }) => amount))
}

/** Whether money of this order waits for a person, who was told so. What then becomes of it is not the gateway's doing. */
export const isLeftToPerson = ({ rows }: History, outTradeNo: string): boolean => {
  const about = new Set([
    outTradeNo,
    ...rows.refunds.filter(({ attempt }) => attempt === outTradeNo).map(({ id }) => id)
  ])
  return rows.todos.some(({ kind, subject }) => handedOver.has(kind) && about.has(subject))
}

const handedOver = new Set(["refund.failed", "payment.reversal", "payment.mismatch"])
