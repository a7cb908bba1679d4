import { toBeijing } from "#core"
import { tradeStates, tradeTypes } from "../../model.ts"
import type { OrderRow, RefundRow } from "../../store.ts"
import type { Fields } from "./sealing.ts"

/** How an order is remembered that was made in version 2; its notifies are written in it too. */
const mark = "v2:"
export const freeze = ({ nonce_str: _, sign: __, ...fields }: Fields): string =>
  mark +
  JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))))
export const isFrozenV2 = ({ frozen }: Pick<OrderRow, "frozen">): boolean => frozen.startsWith(mark)

const texts = (all: Readonly<Record<string, string | number | null>>): Fields =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]]))
  )

/** An order as version 2 tells it; what belongs to a payment is absent until there is one. */
export const orderFields = (order: OrderRow): Fields => ({
  ...texts({
    trade_type: tradeTypes[order.way],
    out_trade_no: order.out_trade_no,
    attach: order.attach,
    device_info: order.device_id,
    total_fee: order.total,
    fee_type: "CNY"
  }),
  ...(order.transaction_id === null || order.paid_at === null
    ? {}
    : texts({
        openid: order.openid,
        is_subscribe: "N",
        bank_type: order.bank_type,
        cash_fee: order.payer_total,
        cash_fee_type: "CNY",
        coupon_fee: order.total === order.payer_total ? null : order.total - order.payer_total,
        transaction_id: order.transaction_id,
        time_end: toBeijing(order.paid_at)
      }))
})

export const stateFields = (order: OrderRow): Fields => ({
  ...orderFields(order),
  trade_state: order.state,
  trade_state_desc: order.remark ?? tradeStates[order.state]
})

/** A refund that was taken. */
export const takenFields = (row: RefundRow): Fields =>
  texts({
    transaction_id: row.transaction_id,
    out_trade_no: row.out_trade_no,
    out_refund_no: row.out_refund_no,
    refund_id: row.refund_id,
    refund_fee: row.amount,
    total_fee: row.total,
    cash_fee: row.total,
    cash_refund_fee: row.payer_amount
  })

const refundStates = {
  PROCESSING: "PROCESSING",
  SUCCESS: "SUCCESS",
  ABNORMAL: "CHANGE",
  CLOSED: "REFUNDCLOSE"
} as const

/** Where a refund stands, each name with the number of the refund behind it. */
export const refundFields = (row: RefundRow): Fields =>
  texts({
    transaction_id: row.transaction_id,
    out_trade_no: row.out_trade_no,
    total_fee: row.total,
    cash_fee: row.total,
    refund_count: 1,
    out_refund_no_0: row.out_refund_no,
    refund_id_0: row.refund_id,
    refund_channel_0: "ORIGINAL",
    refund_fee_0: row.amount,
    refund_status_0: refundStates[row.state],
    refund_recv_accout_0: "支付用户的零钱",
    refund_success_time_0:
      row.state === "SUCCESS" && row.ended_at !== null ? spaced(row.ended_at) : null
  })

/** What the notify of a refund hides. */
export const refundNoticeFields = (row: RefundRow): Fields =>
  texts({
    out_refund_no: row.out_refund_no,
    out_trade_no: row.out_trade_no,
    refund_account: "REFUND_SOURCE_RECHARGE_FUNDS",
    refund_fee: row.amount,
    refund_id: row.refund_id,
    refund_recv_accout: "支付用户零钱",
    refund_request_source: "API",
    refund_status: refundStates[row.state],
    settlement_refund_fee: row.amount,
    success_time: row.ended_at === null ? null : spaced(row.ended_at),
    total_fee: row.total,
    transaction_id: row.transaction_id
  })

/** `2026-11-24 14:00:01` */
const spaced = (ms: number) =>
  toBeijing(ms).replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3 $4:$5:$6")
