import { html } from "hono/html"
import type { PageError, Wish } from "../platform/open-pages.ts"
import type { Person } from "../platform/people.ts"

/** What an OAuth page of WeChat's shows when it will not do what it is asked. */
export const errorPage = ({ code, message }: PageError) =>
  page("微信登录失败", html`<h1>${message}</h1><p>错误码:${code}</p>`)

/** An account wants to know who somebody is; the buttons come back to the page itself. */
export const consentPage = ({ account, scope }: Wish, { name }: Person, target: string) =>
  page(
    "微信登录",
    html`<h1>${account.name} 申请获取以下权限</h1>
<p>${scope === "snsapi_login" ? "使用你的微信登录" : "获得你的公开信息（昵称、头像等）"} · ${name}</p>
<form method="post" action="${target}">
<button name="decision" value="approve">允许</button>
<button name="decision" value="deny">拒绝</button>
<button name="decision" value="snapshot">快照页</button>
</form>`
  )

export const deniedPage = () => page("微信登录", html`<h1>已取消授权</h1>`)

/** A browser that follows the way back twice: once as a picture, once as a page. */
export const doublePage = (url: string) =>
  page(
    "微信登录",
    html`<img src="${url}" alt="" hidden><meta http-equiv="refresh" content="0;url=${url}">`
  )

const page = (title: string, body: ReturnType<typeof html>) => html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
</head>
<body>${body}</body>
</html>`
