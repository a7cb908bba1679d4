import { html } from "hono/html"
import type { Frame } from "../phone.ts"
import { on, type View } from "./shell.ts"
import { avatar, two } from "./words.ts"

/** Everything that may be opened on the first screen. */
export const chatsView = ({ holder }: Frame): View => ({
  tab: "chats",
  title: ["微信", "WeChat"],
  at: "/phone",
  body: html`<ul class="chats">
<li><a href="${on(holder.openid, "/phone/bill")}">${avatar("付")}<span>${two("微信支付", "WeChat Pay")}<small>${two("支付凭证", "Receipts")}</small></span></a></li>
</ul>`
})
