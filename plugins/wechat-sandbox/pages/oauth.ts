import { html, raw } from "hono/html"
import { qrSvg } from "#core"
import type { Account } from "../platform/model.ts"
import type { PageError, Wish } from "../platform/open-pages.ts"
import type { Person } from "../platform/people.ts"
import { style } from "./style.ts"
import { avatar, type Html, two } from "./words.ts"

/** What an OAuth page of WeChat's shows when it will not do what it is asked. */
export const errorPage = ({ code, message }: PageError) =>
  plainPage(
    "微信登录失败",
    html`<h1>${message}</h1><p>错误码:${code}</p><p><small>The login page refuses: error ${code}</small></p>`
  )

/** An account wants to know who somebody is; the buttons come back to the page itself. */
export const consentPage = ({ account }: Wish, person: Person, target: string) =>
  plainPage(
    "微信登录",
    html`${asks(account, "申请获取以下权限", "asks for the following")}
<ul><li>${two("获得你的公开信息（昵称、头像等）", "Your nickname and avatar")}</li></ul>
${self(person)}
<form method="post" action="${target}">
<button class="primary wide" name="decision" value="approve">${two("允许", "Allow")}</button>
<div class="row"><button class="wide" name="decision" value="deny">${two("拒绝", "Deny")}</button>
<button class="wide" name="decision" value="snapshot">${two("快照页", "Snapshot page")}</button></div>
</form>`
  )

/** What a phone shows that has scanned a website's QR. */
export const confirmPage = (account: Account, person: Person, target: string) =>
  plainPage(
    "微信登录",
    html`${asks(account, "申请使用你的微信登录", "wants to log you in on its website")}
${self(person)}
<form method="post" action="${target}">
<button class="primary wide" name="decision" value="approve">${two("同意", "Agree")}</button>
<div class="row"><button class="wide" name="decision" value="deny">${two("拒绝", "Deny")}</button></div>
</form>`
  )

export interface QrShown {
  readonly account: Account
  /** What the QR says. */
  readonly confirm: string
  readonly isScanned: boolean
  /** Where the page looks again. */
  readonly next: string
}

/** What a website sends a desktop to: a QR, until a phone has scanned it and decided. */
export const qrPage = ({ account, confirm, isScanned, next }: QrShown) =>
  plainPage(
    "微信登录",
    html`<meta http-equiv="refresh" content="2;url=${next}">
<h1>${two("微信登录", "WeChat login")}</h1>
<div class="qr" role="img" aria-label="登录二维码 Login QR">${raw(qrSvg(confirm))}</div>
<p role="status">${
      isScanned
        ? two("扫描成功，请在微信中点击同意", "Scanned; agree on the phone")
        : two(`请使用微信扫描二维码登录“${account.name}”`, "Scan it with WeChat")
    }</p>
<p><small><a href="${confirm}" target="_blank" rel="noopener">${two("用沙箱手机扫码", "Scan it with the sandbox's phone")}</a></small></p>`
  )

export const toldPage = () =>
  plainPage(
    "微信登录",
    html`<h1>${two("登录成功", "Logged in")}</h1><p>${two("网页将自动跳转", "The website goes on by itself")}</p>${home}`
  )

/** `again`: where a desktop begins anew. */
export const deniedPage = (again?: string) =>
  plainPage("微信登录", html`<h1>${two("已取消授权", "Not allowed")}</h1>${anew(again)}`)

export const expiredPage = (again?: string) =>
  plainPage(
    "微信登录",
    html`<h1>${two("二维码已失效", "This QR is no longer good")}</h1>${anew(again)}`
  )

/** A browser that follows the way back twice: once as a picture, once as a page. */
export const doublePage = (url: string) =>
  plainPage(
    "微信登录",
    html`<img src="${url}" alt="" hidden><meta http-equiv="refresh" content="0;url=${url}">`
  )

const asks = ({ name }: Account, chinese: string, english: string): Html =>
  html`<div class="card">${avatar(name)}<div><h1>${name}</h1><p>${two(chinese, english)}</p></div></div>`

const self = ({ name }: Person): Html =>
  html`<div class="card self">${avatar(name)}<div><p>${name} <small>微信个人信息 your profile</small></p></div></div>`

const home = html`<p><a href="/phone">${two("返回微信", "Back to WeChat")}</a></p>`

const anew = (again: string | undefined): Html =>
  again === undefined
    ? home
    : html`<p><a href="${again}">${two("刷新二维码", "Show another")}</a></p>`

/** A page of WeChat's own that stands alone. */
export const plainPage = (title: string, body: Html) => html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body><main class="oauth"><section>${body}</section></main></body>
</html>`
