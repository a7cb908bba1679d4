import { html, raw } from "hono/html"
import type { Frame, Holder } from "../phone.ts"
import type { OrderRow } from "../store.ts"
import { style } from "./style.ts"
import { avatar, type Html, isSaid, toast, two, yuan } from "./words.ts"

const tabs = {
  chats: { path: "/phone", chinese: "微信", english: "Chats", icon: "M4 5h16v11H10l-4 3v-3H4z" },
  code: {
    path: "/phone/code",
    chinese: "付款",
    english: "Pay",
    icon: "M3 6h18v12H3zM3 10h18M6 15h4"
  },
  scan: {
    path: "/phone/scan",
    chinese: "扫一扫",
    english: "Scan",
    icon: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M3 12h18"
  },
  me: {
    path: "/phone/me",
    chinese: "我",
    english: "Me",
    icon: "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8M4 20c0-4 4-6 8-6s8 2 8 6"
  }
} as const
export type Tab = keyof typeof tabs

/** One screen of the phone. */
export interface View {
  readonly tab: Tab
  readonly title: readonly [chinese: string, english: string]
  /** Its own address, without the person: where everything done on it comes back to. */
  readonly at: string
  /** Where the arrow leads; a tab's first screen has none. */
  readonly back?: string
  /** What the dots lead to, if there are any. */
  readonly more?: string
  readonly body: Html
  /** What stays in place while the screen is looked at anew: where one writes. */
  readonly foot?: Html
}

/** An address on one person's phone. */
export const on = (openid: string, at: string) => {
  const [path = "", rest = ""] = at.split("?")
  const query = new URLSearchParams(rest)
  query.set("as", openid)
  return `${path}?${query}`
}

/** What every form of the phone says: whose phone it is, and which screen it comes back to. */
export const whose = ({ holder }: Frame, at: string): Html =>
  html`<input type="hidden" name="as" value="${holder.openid}"><input type="hidden" name="at" value="${at}">`

export const shell = (frame: Frame, view: View, said: string): Html => {
  const { at, back, body, foot, more, tab, title } = view
  const { openid } = frame.holder
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title[0]} · ${frame.holder.name} · 微信（沙箱）</title>
<style>${raw(style)}</style>
<noscript><meta http-equiv="refresh" content="10"></noscript>
<script src="/phone/live.js" defer></script>
</head>
<body>
${people(frame, at)}
<header>${back === undefined ? html`<i></i>` : html`<a href="${on(openid, back)}" aria-label="返回 Back">‹</a>`}<h1>${two(...title)}</h1>${more === undefined ? html`<i></i>` : html`<a href="${on(openid, more)}" aria-label="详情 Details">⋯</a>`}</header>
${isSaid(said) ? toast(said) : ""}
<main data-look="${on(openid, at)}&amp;look=again">
${banner(frame, at)}
${body}
${sheet(frame, at)}
</main>
${foot ?? ""}
<nav class="tabs" aria-label="微信 Tabs">${Object.entries(tabs).map(
    ([name, { chinese, english, icon, path }]) =>
      html`<a href="${on(openid, path)}"${name === tab ? raw(' aria-current="page"') : ""}><svg viewBox="0 0 24 24" aria-hidden="true"><path d="${icon}"/></svg>${chinese}<small>${english}</small></a>`
  )}</nav>
</body>
</html>`
}

const people = ({ holder, people }: Frame, at: string) =>
  html`<nav class="people" aria-label="谁的手机 Whose phone">${people.map(
    (it) =>
      html`<a href="${on(it.openid, at)}"${it.openid === holder.openid ? raw(' aria-current="true"') : ""}>${avatar(it.name)}<span>${it.name}<small>${it.english}</small><b>${purse(it)}</b></span></a>`
  )}</nav>`

const purse = ({ balance }: Holder) => (balance === undefined ? "" : yuan(balance))

const banner = (frame: Frame, at: string) =>
  frame.faults.length === 0
    ? ""
    : html`<form class="banner" method="post" action="/phone/faults/off">
${two("故障已开启", "Faults are on")}: ${frame.faults.map(({ fault, path, times }) => `${fault} ×${times}${path === undefined ? "" : ` ${path}`}`).join(", ")}
${whose(frame, at)}<button>${two("全部关闭", "Switch off")}</button></form>`

/** What a phone shows over everything else when somebody wants money from it. */
const sheet = (frame: Frame, at: string): Html => {
  const [order, ...more] = frame.asked
  if (order === undefined) return html``
  const rest =
    more.length === 0
      ? ""
      : html`<p><small>${two(`还有 ${more.length} 笔待支付`, `${more.length} more to pay`)}</small></p>`
  return html`<div class="over"><section class="sheet" role="dialog" aria-label="支付 Payment">
<h2>${order.description}</h2>
<p class="amount">${yuan(order.total)}</p>
<p><small>${two("商户", "Merchant")} ${order.mchid} · ${two("订单", "Order")} ${order.out_trade_no}</small></p>
${typing(frame, order)}
<form method="post" action="/phone/pay">${whose(frame, at)}<input type="hidden" name="number" value="${order.out_trade_no}">
<button class="primary" name="result" value="paid">${two("确认支付", "Pay")}</button>
<div class="row">
<button name="result" value="cancel">${two("取消", "Cancel")}</button>
<button name="result" value="wrongpassword">${two("密码错误", "Wrong password")}</button>
<button name="result" value="notenough">${two("余额不足", "No money")}</button>
</div></form>${rest}</section></div>`
}

const typing = ({ now }: Frame, { typing_until }: OrderRow) =>
  now < typing_until
    ? html`<p class="typing">${two("正在输入支付密码…", "Typing the password…")}</p>`
    : ""
