import { fromBeijing, rfc3339 } from "../../../values/beijing.ts"
import type { Operation } from "../codes.ts"
import type { Fields } from "./sign.ts"

type Words = Readonly<Record<string, unknown>>

/**
 * What WeChat answered in version 2, in the words of version 3, so that it is read, checked and believed by the same rules.
 * `asked`: what was asked, as not every answer repeats it.
 */
export const v3Answer = (operation: Operation, fields: Fields, asked: Fields): string => {
  switch (operation) {
    case "codepay":
      return JSON.stringify(orderWords(fields, "SUCCESS"))
    case "query":
      return JSON.stringify(orderWords(fields, fields.trade_state))
    case "native":
    case "jsapi":
    case "app":
    case "h5": {
      const { code_url, mweb_url: h5_url, prepay_id } = fields
      return JSON.stringify({ code_url, prepay_id, h5_url })
    }
    case "reverse":
      return JSON.stringify({ ...ids(fields), out_trade_no: asked.out_trade_no })
    case "refund":
      // A success only says that it was taken.
      return JSON.stringify(refundWords(fields, "", "PROCESSING"))
    case "queryRefund":
      return JSON.stringify(refundWords(fields, refundIn(fields, asked.out_refund_no)))
    case "echo":
      return JSON.stringify({ echo_message: "weir" })
    default:
      return "{}"
  }
}

/** A code payment whose payer is at the password page: an error of version 2, and a state of version 3. */
export const payingAnswer = (asked: Fields): string =>
  JSON.stringify({
    ...ids(asked),
    out_trade_no: asked.out_trade_no,
    trade_type: "MICROPAY",
    trade_state: "USERPAYING"
  })

/** An order as version 3 tells it. Its notify has no `trade_state`: only what was paid is notified. */
export const orderWords = (fields: Fields, trade_state: string | undefined): Words => ({
  ...ids(fields),
  out_trade_no: fields.out_trade_no,
  transaction_id: fields.transaction_id,
  trade_type: fields.trade_type,
  trade_state,
  trade_state_desc: fields.trade_state_desc,
  bank_type: fields.bank_type,
  success_time: timeOf(fields.time_end),
  payer: payerOf(fields),
  ...(fields.total_fee !== undefined && {
    amount: {
      total: number(fields.total_fee),
      payer_total: number(fields.cash_fee),
      currency: fields.fee_type || "CNY"
    }
  })
})

const states: Readonly<Record<string, string>> = {
  SUCCESS: "SUCCESS",
  PROCESSING: "PROCESSING",
  REFUNDCLOSE: "CLOSED",
  CHANGE: "ABNORMAL"
}

/** A refund as version 3 tells it; in the answer to a query each has a number behind its names. */
const refundWords = (
  fields: Fields,
  suffix: string,
  status = states[fields[`refund_status${suffix}`] ?? ""]
): Words => ({
  refund_id: fields[`refund_id${suffix}`],
  out_refund_no: fields[`out_refund_no${suffix}`],
  transaction_id: fields.transaction_id,
  out_trade_no: fields.out_trade_no,
  status,
  success_time: timeOf(fields[`refund_success_time${suffix}`]?.replaceAll(/\D/g, "")),
  amount: {
    total: number(fields.total_fee),
    refund: number(fields[`refund_fee${suffix}`])
  }
})

/** Behind which number the refund that was asked for stands: an order's others may be told too. */
const refundIn = (fields: Fields, outRefundNo: string | undefined): string =>
  Object.keys(fields)
    .filter((name) => /^out_refund_no_\d{1,3}$/.test(name) && fields[name] === outRefundNo)
    .map((name) => name.replace("out_refund_no", ""))[0] ?? "_0"

const ids = ({ appid, mch_id, sub_appid, sub_mch_id }: Fields): Words =>
  sub_mch_id
    ? { sp_appid: appid, sp_mchid: mch_id, sub_appid, sub_mchid: sub_mch_id }
    : { appid, mchid: mch_id }

const payerOf = ({ openid, sub_mch_id, sub_openid }: Fields): Words =>
  sub_mch_id ? { sp_openid: openid, sub_openid } : { openid }

/** What is no whole number of fen stays text, which then nobody reads as an amount. */
const number = (text: string | undefined) =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : text

const timeOf = (text = "") => {
  const at = fromBeijing(text)
  return at === undefined ? undefined : rfc3339(at)
}
