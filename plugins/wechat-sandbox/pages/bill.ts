import { html } from "hono/html"
import { refundStates, type TradeState, tradeStates } from "../model.ts"
import type { Bill } from "../phone.ts"
import type { RefundRow } from "../store.ts"
import type { View } from "./shell.ts"
import { time, two, yuan } from "./words.ts"

const inEnglish: Readonly<Record<TradeState, string>> = {
  NOTPAY: "not paid",
  USERPAYING: "paying",
  SUCCESS: "paid",
  REFUND: "refunded",
  CLOSED: "closed",
  REVOKED: "reversed",
  PAYERROR: "failed"
}

/** What a person paid and got back. */
export const billView = (bill: ReadonlyArray<Bill>): View => ({
  tab: "me",
  title: ["账单", "Bill"],
  at: "/phone/bill",
  back: "/phone/me",
  body: html`<section>
${bill.length === 0 ? html`<p><small>${two("暂无记录", "Nothing yet")}</small></p>` : ""}
<ul>${bill.map(
    ({
      order,
      refunds
    }) => html`<li><span>${order.description}<br><small>${time(order.paid_at ?? order.created_at)} · ${order.out_trade_no}</small></span>
<span class="end"><b>${yuan(order.payer_total)}</b><br><small>${order.remark ?? (order.state === "REFUND" ? "有退款" : tradeStates[order.state])} ${inEnglish[order.state]}</small></span>
${refunds.map(refundLine)}</li>`
  )}</ul></section>`
})

const refundLine = (row: RefundRow) =>
  html`<p class="refund">${two(refundStates[row.state], "refund")} <b>+${yuan(row.payer_amount)}</b> <small>${time(row.ended_at ?? row.created_at)} ${row.reason ?? ""}</small></p>`
