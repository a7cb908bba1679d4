import { html } from "hono/html"
import type { Displayed, Frame } from "../phone.ts"
import { on, type View, whose } from "./shell.ts"
import { type Html, time, two, yuan } from "./words.ts"

const at = "/phone/scan"

/** The scanner: for what is on a screen or a wall somewhere, by what it says. */
export const scanView = (
  frame: Frame,
  scanned: string,
  { logins, orders, scenes }: Displayed
): View => ({
  tab: "scan",
  title: ["扫一扫", "Scan"],
  at: scanned === "" ? at : `${at}?${new URLSearchParams({ scan: scanned })}`,
  body: html`<section>
<form class="row" method="post" action="/phone/scan">${whose(frame, at)}
<label>${two("二维码内容", "What the QR says")}
<input name="code" placeholder="https://… · weixin://wxpay/…" autocomplete="off" required></label><button class="primary">${two("扫码", "Scan")}</button></form>
<p><small>${two("网址在这部手机的微信里打开", "An address is opened as this person's WeChat does")}</small></p>
</section>
${onDisplay(
  ["登录网页", "Logins"],
  logins.map(
    ({ made_at, uuid }) =>
      html`<li><a href="/connect/confirm?${new URLSearchParams({ uuid })}">网站登录 <small>${time(made_at)} · Website login</small></a></li>`
  )
)}${onDisplay(
  ["待支付", "To be paid"],
  orders.map(
    (order) =>
      html`<li><a href="${on(frame.holder.openid, `${at}?${new URLSearchParams({ scan: order.out_trade_no })}`)}">${order.description} <b>${yuan(order.total)}</b> <small>${order.out_trade_no}</small></a></li>`
  )
)}${onDisplay(
  ["带参数二维码", "Scene QRs"],
  scenes.map(
    ({ scene, url }) =>
      html`<li><form method="post" action="/phone/scan">${whose(frame, at)}<button class="plain" name="code" value="${url}">${scene.slice(4)} <small>${url}</small></button></form></li>`
  )
)}`
})

/** QRs that are shown somewhere now. */
const onDisplay = ([chinese, english]: readonly [string, string], rows: ReadonlyArray<Html>) =>
  rows.length === 0
    ? ""
    : html`<section><h2>${two(chinese, english)}</h2><ul>${rows}</ul></section>`
