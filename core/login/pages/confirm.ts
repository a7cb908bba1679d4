import { html } from "hono/html"
import type { WaitingPage } from "../waiting.ts"
import { frame, two } from "./frame.ts"

const title = "确认登录 · Confirm the login"

/** The page on the phone that has scanned a QR: nothing happens before a button is pressed. */
export const confirmPage = ({ device }: WaitingPage, host: string) =>
  frame(
    title,
    html`<h1>${two("登录确认", "Log in on a computer?")}</h1>
<p><b>${host}</b></p>
<p>${device}</p>
<p>${two("如果不是您本人在电脑上打开的页面，请取消", "Cancel, unless you have opened this page on a computer yourself")}</p>
<form method="post">
<button class="primary" name="decision" value="confirm">${two("确认登录", "Log in")}</button>
<button name="decision" value="cancel">${two("取消", "Cancel")}</button>
</form>`
  )

/** What became of it. */
export const decidedPage = (isConfirmed: boolean) =>
  frame(
    title,
    isConfirmed
      ? html`<h1>${two("登录成功", "You are logged in")}</h1>
<p class="mark" aria-hidden="true">✓</p>
<p role="status">${two("请在电脑上继续", "Go on at the computer")}</p>`
      : html`<h1>${two("已取消", "Cancelled")}</h1>
<p role="status">${two("您可以关闭此页面", "You can close this page")}</p>`
  )
