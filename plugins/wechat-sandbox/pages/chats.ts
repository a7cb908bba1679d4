import { html } from "hono/html"
import type { Chat } from "../chat-list.ts"
import type { Frame } from "../phone.ts"
import { chatAt } from "./chat.ts"
import { on, type View } from "./shell.ts"
import { briefly } from "./spoken.ts"
import { avatar, time } from "./words.ts"

/** Everybody this person may write to, and WeChat Pay, which writes to everybody. */
export const chatsView = ({ holder }: Frame, chats: ReadonlyArray<Chat>): View => ({
  tab: "chats",
  title: ["微信", "WeChat"],
  at: "/phone",
  body: html`<ul class="chats">${chats.map(
    (chat) =>
      html`<li><a href="${on(holder.openid, `${chatAt(chat.account.appid)}&enter=1`)}#end">${avatar(chat.account.name)}<span>${chat.account.name}${unread(chat)}<small>${preview(chat)}</small></span><small>${chat.last === undefined ? "" : time(chat.last.at)}</small></a></li>`
  )}
<li><a href="${on(holder.openid, "/phone/bill")}">${avatar("付")}<span>微信支付<small>支付凭证 WeChat Pay</small></span></a></li>
</ul>`
})

const unread = ({ unread }: Chat) =>
  unread === 0
    ? ""
    : html` <b class="unread">${unread}<span class="hidden"> 条未读 unread</span></b>`

const preview = ({ account, contact, last }: Chat) => {
  if (account.kind !== "mini-program" && contact.follows === 0) return "未关注 Not following"
  return last === undefined ? "已关注 Following" : briefly(last)
}
