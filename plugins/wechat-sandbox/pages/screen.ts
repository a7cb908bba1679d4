import { html, raw } from "hono/html"
import { qrSvg, rfc3339 } from "#core"
import { FaultName } from "../faults.ts"
import { Outcome, refundStates, type TradeState, tradeStates } from "../model.ts"
import type { Screen } from "../phone.ts"
import type { OrderRow, RefundRow } from "../store.ts"
import { style } from "./style.ts"

const said = {
  paid: ["支付成功", "Paid"],
  cancel: ["已取消支付", "Cancelled"],
  wrongpassword: ["支付密码错误，请重试", "Wrong password, try again"],
  notenough: ["余额不足", "Not enough money"],
  OrderUnknown: ["没有找到这笔订单", "No such order"],
  NotPayable: ["订单已失效，无法支付", "This order cannot be paid any more"]
} as const
export type Said = keyof typeof said

const outcomes: Readonly<Record<Outcome, string>> = {
  paid: "免密支付 · Paid at once",
  userpaying: "输入密码 · Asks for the password",
  notenough: "余额不足 · Not enough money",
  expired: "付款码过期 · Expired",
  bankerror: "银行异常，未扣款 · Bank error, not paid",
  systemerror: "系统异常，已扣款 · System error, but paid",
  late: "一分钟后才支付 · Pays a minute later"
}

const yuan = (fen: number) =>
  `¥${Math.trunc(fen / 100)}.${String(Math.abs(fen % 100)).padStart(2, "0")}`
const time = (at: number) => rfc3339(at).slice(5, 16).replace("T", " ")

export const phonePage = (screen: Screen, message: Said | undefined) => html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>微信（沙箱）· Sandbox phone</title>
<style>${raw(style)}</style>
<noscript><meta http-equiv="refresh" content="10"></noscript>
<script src="/phone/live.js" defer></script>
</head>
<body>
${people(screen)}
<main>
${banner(screen)}
${message !== undefined && Object.hasOwn(said, message) ? notice(said[message]) : ""}
${screen.asked.map((order) => sheet(screen, order))}
${codeCard(screen)}
${scanCard(screen)}
${historyCard(screen)}
</main>
${switches(screen)}
</body>
</html>`

const two = (chinese: string, english: string) => html`${chinese} <small>${english}</small>`

const people = ({ shopper, shoppers }: Screen) =>
  html`<nav>${shoppers.map(
    (it) =>
      html`<a href="/phone?as=${it.openid}"${it.openid === shopper.openid ? raw(' aria-current="page"') : ""}>${it.name}<small>${it.english}</small><b>${yuan(it.balance)}</b></a>`
  )}</nav>`

const banner = ({ faults, shopper }: Screen) =>
  faults.length === 0
    ? ""
    : html`<form class="banner" method="post" action="/phone/faults/off">
${two("故障已开启", "Faults are on")}: ${faults.map(({ fault, path, times }) => `${fault} ×${times}${path === undefined ? "" : ` ${path}`}`).join(", ")}
${as(shopper.openid)}<button>${two("全部关闭", "Switch off")}</button></form>`

const as = (openid: string) => html`<input type="hidden" name="as" value="${openid}">`

const notice = ([chinese, english]: (typeof said)[Said]) =>
  html`<p class="notice" role="status">${two(chinese, english)}</p>`

/** What a phone shows when somebody wants money from it. */
const sheet = ({ now, shopper }: Screen, order: OrderRow) => html`<section class="sheet">
<h2>${order.description}</h2>
<p class="amount">${yuan(order.total)}</p>
<p><small>${two("商户", "Merchant")} ${order.mchid} · ${two("订单", "Order")} ${order.out_trade_no}</small></p>
${now < order.typing_until ? html`<p class="typing">${two("正在输入支付密码…", "Typing the password…")}</p>` : ""}
<form method="post" action="/phone/pay">${as(shopper.openid)}<input type="hidden" name="number" value="${order.out_trade_no}">
<button class="primary" name="result" value="paid">${two("确认支付", "Pay")}</button>
<div class="row">
<button name="result" value="cancel">${two("取消", "Cancel")}</button>
<button name="result" value="wrongpassword">${two("密码错误", "Wrong password")}</button>
<button name="result" value="notenough">${two("余额不足", "No money")}</button>
</div></form></section>`

const codeCard = ({ code, now, outcome, shopper }: Screen) => {
  const left = code.expires_at === null ? undefined : Math.ceil((code.expires_at - now) / 1000)
  return html`<section>
<h2>${two("付款码", "Payment code")}</h2>
<div class="qr">${raw(qrSvg(code.code))}</div>
<p class="code"><code>${code.code.replaceAll(/(.{4})/g, "$1 ").trim()}</code></p>
${
  left === undefined
    ? html`<p><small>${two("开发专用，用过即失效", "For development: works until it is used")}</small></p>`
    : html`<div class="life"><i style="animation-duration:${left}s"></i></div><p><small>${two(`${left} 秒后更新`, `a new one in ${left} s`)}</small></p>`
}
<form class="row" method="post" action="/phone/outcome">${as(shopper.openid)}
<select name="outcome" aria-label="付款结果 Outcome">${Outcome.literals.map(
    (it) =>
      html`<option value="${it}"${it === outcome ? raw(" selected") : ""}>${outcomes[it]}</option>`
  )}</select><button>${two("更改", "Set")}</button></form>
</section>`
}

const scanCard = ({ scannable, shopper }: Screen) => html`<section>
<h2>${two("扫一扫", "Scan")}</h2>
<form class="row" method="post" action="/phone/scan">${as(shopper.openid)}
<input name="code" placeholder="weixin://wxpay/bizpayurl?pr=…" aria-label="二维码内容 QR content" required><button>${two("扫码", "Scan")}</button></form>
<ul>${scannable.map(
  (order) =>
    html`<li><a href="/phone?${new URLSearchParams({ as: shopper.openid, scan: order.out_trade_no }).toString()}">${order.description} <b>${yuan(order.total)}</b> <small>${order.out_trade_no}</small></a></li>`
)}</ul>
</section>`

const inEnglish: Readonly<Record<TradeState, string>> = {
  NOTPAY: "not paid",
  USERPAYING: "paying",
  SUCCESS: "paid",
  REFUND: "refunded",
  CLOSED: "closed",
  REVOKED: "reversed",
  PAYERROR: "failed"
}

const historyCard = ({ history }: Screen) => html`<section>
<h2>${two("账单", "Bill")}</h2>
${history.length === 0 ? html`<p><small>${two("暂无记录", "Nothing yet")}</small></p>` : ""}
<ul>${history.map(
  ({
    order,
    refunds
  }) => html`<li><span>${order.description}<br><small>${time(order.paid_at ?? order.created_at)} · ${order.out_trade_no}</small></span>
<span class="end"><b>${yuan(order.payer_total)}</b><br><small>${order.remark ?? (order.state === "REFUND" ? "有退款" : tradeStates[order.state])} ${inEnglish[order.state]}</small></span>
${refunds.map(refundLine)}</li>`
)}</ul></section>`

const refundLine = (row: RefundRow) =>
  html`<p class="refund">${two(refundStates[row.state], "refund")} <b>+${yuan(row.payer_amount)}</b> <small>${time(row.ended_at ?? row.created_at)} ${row.reason ?? ""}</small></p>`

const switches = ({ shopper }: Screen) => html`<footer><details>
<summary>${two("制造故障", "Break something")}</summary>
<form class="row" method="post" action="/phone/faults">${as(shopper.openid)}
<select name="fault" aria-label="故障 Fault">${FaultName.literals.map((it) => html`<option>${it}</option>`)}</select>
<button>${two("下一次", "Next time")}</button></form>
</details></footer>`
