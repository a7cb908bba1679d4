import { html, raw } from "hono/html"
import { qrSvg } from "../../values/qr.ts"
import type { WaitingPage } from "../waiting.ts"
import { frame, type Part, two } from "./frame.ts"

/** Where things are that a page leads to. */
interface Links {
  /** What the QR says. */
  readonly scan: string
  /** The same login once more. */
  readonly again: string
  /** A login without following anything; only where the QR is an account's. */
  readonly plain: string | undefined
}

const title = "微信登录 · Log in with WeChat"

/** The page on a computer: a QR, and what has become of it. */
export const waitingPage = (page: WaitingPage, links: Links) => {
  switch (page.state) {
    case "cancelled":
      return over("已在手机上取消登录", "The login was cancelled on the phone", links)
    case "over":
      return over("二维码已过期", "This QR code is too old", links)
    case "scanned":
      return frame(
        title,
        html`<h1>${two("已扫描", "Scanned")}</h1>
<p class="mark" aria-hidden="true">✓</p>
<p role="status">${two("请在手机上确认登录", "Now confirm on the phone")}</p>`,
        live(page)
      )
    default:
      return frame(
        title,
        html`<h1>${two("微信扫码登录", "Scan with WeChat to log in")}</h1>
<div class="qr" role="img" aria-label="登录二维码 QR code">${raw(qrSvg(links.scan))}</div>
<p role="status">${hint(page)}</p>
${links.plain === undefined ? "" : html`<p><a href="${links.plain}">${two("不关注公众号，直接登录", "Log in without following the account")}</a></p>`}`,
        live(page)
      )
  }
}

const hint = ({ way }: WaitingPage) =>
  way === "scene"
    ? two("扫码关注公众号即可登录", "Scan it and follow the account, and you are logged in")
    : two("扫码后请在手机上确认", "Scan it, then confirm on the phone")

const over = (chinese: string, english: string, { again }: Links) =>
  frame(
    title,
    html`<h1>${two(chinese, english)}</h1>
<a class="button primary" href="${again}">${two("重新登录", "Log in again")}</a>`
  )

/** Looks again by itself: told by the server, or every three seconds where there is no script. */
const live = ({ state }: WaitingPage): Part =>
  html`<noscript><meta http-equiv="refresh" content="3"></noscript>
<script src="/login/qr.js" data-state="${state}" defer></script>`

/** Looks again as soon as the server says that something has changed. */
export const liveScript = `const { state } = document.currentScript.dataset
const events = new EventSource(location.pathname + "/events?since=" + state)
events.addEventListener("changed", () => {
  events.close()
  location.reload()
})
`
