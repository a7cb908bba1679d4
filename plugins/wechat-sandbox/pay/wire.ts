import { rfc3339 } from "#core"
import { type TradeState, tradeStates, tradeTypes } from "../model.ts"
import type { OrderRow, RefundRow } from "../store.ts"

const paidStates: ReadonlySet<TradeState> = new Set(["SUCCESS", "REFUND", "REVOKED"])

/** An order as queries, code payments and notifies tell it. What belongs to a payment is absent until there is one. */
export const transaction = (order: OrderRow) => {
  const base = {
    ...parties(order),
    out_trade_no: order.out_trade_no,
    trade_state: order.state,
    trade_state_desc: order.remark ?? tradeStates[order.state],
    trade_type: tradeTypes[order.way],
    ...(order.device_id === null ? {} : { scene_info: { device_id: order.device_id } })
  }
  if (order.transaction_id === null || order.paid_at === null || !paidStates.has(order.state)) {
    return { ...base, amount: { total: order.total, currency: "CNY" } }
  }
  return {
    ...base,
    transaction_id: order.transaction_id,
    bank_type: order.bank_type ?? "OTHERS",
    attach: order.attach ?? "",
    success_time: rfc3339(order.paid_at),
    payer: payerOf(order),
    amount: {
      total: order.total,
      payer_total: order.payer_total,
      currency: "CNY",
      payer_currency: "CNY"
    },
    promotion_detail: coupon(order)
  }
}

/** Who sold it, and who acted for them. */
const parties = ({ appid, mchid, sub_appid, sub_mchid }: OrderRow) =>
  sub_mchid === null
    ? { mchid, appid }
    : {
        ...{ sp_mchid: mchid, sp_appid: appid, sub_mchid },
        ...(sub_appid !== null && { sub_appid })
      }

/** The payer by their openid at the account of the order. */
const payerOf = ({ openid, sub_appid, sub_mchid }: OrderRow) => {
  if (sub_mchid === null) return { openid }
  return sub_appid === null ? { sp_openid: openid } : { sub_openid: openid }
}

const coupon = ({ mchid, payer_total, total, transaction_id }: OrderRow) =>
  payer_total === total
    ? []
    : [
        {
          coupon_id: `7${transaction_id?.slice(-9)}`,
          name: "满减券",
          scope: "GLOBAL",
          type: "NOCASH",
          amount: total - payer_total,
          stock_id: `${mchid}01`,
          wechatpay_contribute: 0,
          merchant_contribute: total - payer_total,
          other_contribute: 0,
          currency: "CNY"
        }
      ]

export const refund = (row: RefundRow, order: OrderRow) => ({
  refund_id: row.refund_id,
  out_refund_no: row.out_refund_no,
  transaction_id: row.transaction_id,
  out_trade_no: row.out_trade_no,
  channel: "ORIGINAL",
  user_received_account: receivedBy(order),
  ...succeededAt(row),
  create_time: rfc3339(row.created_at),
  status: row.state,
  funds_account: "AVAILABLE",
  amount: {
    total: row.total,
    refund: row.amount,
    payer_total: order.payer_total,
    payer_refund: row.payer_amount,
    settlement_refund: row.amount,
    settlement_total: row.total,
    discount_refund: row.amount - row.payer_amount,
    currency: "CNY",
    refund_fee: 0
  },
  promotion_detail: []
})

/** As a notify tells it: no appid, and its status goes by another name. */
export const refundNotice = (row: RefundRow, order: OrderRow) => ({
  ...(order.sub_mchid === null
    ? { mchid: row.mchid }
    : { sp_mchid: row.mchid, sub_mchid: order.sub_mchid }),
  out_trade_no: row.out_trade_no,
  transaction_id: row.transaction_id,
  out_refund_no: row.out_refund_no,
  refund_id: row.refund_id,
  refund_status: row.state,
  ...succeededAt(row),
  user_received_account: receivedBy(order),
  amount: {
    total: row.total,
    refund: row.amount,
    payer_total: order.payer_total,
    payer_refund: row.payer_amount
  }
})

const succeededAt = ({ ended_at, state }: RefundRow) =>
  state === "SUCCESS" && ended_at !== null ? { success_time: rfc3339(ended_at) } : {}

export const balanceBank = "OTHERS"
export const cardBank = "CMB_DEBIT"

const receivedBy = ({ bank_type }: OrderRow) =>
  bank_type === cardBank ? "招商银行借记卡0403" : "支付用户零钱"
