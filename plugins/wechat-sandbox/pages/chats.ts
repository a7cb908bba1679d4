import { html } from "hono/html"
import type { Chat, ServiceNotice } from "../chat-list.ts"
import type { Frame } from "../phone.ts"
import { chatAt } from "./chat.ts"
import { on, type View } from "./shell.ts"
import { briefly } from "./spoken.ts"
import { avatar, time } from "./words.ts"

/** Everybody this person may write to, and WeChat Pay, which writes to everybody. */
export const chatsView = (
  { holder }: Frame,
  chats: ReadonlyArray<Chat>,
  notices: ReadonlyArray<ServiceNotice>
): View => ({
  tab: "chats",
  title: ["微信", "WeChat"],
  at: "/phone",
  body: html`<ul class="chats">${chats.map(
    (chat) =>
      html`<li><a href="${on(holder.openid, `${chatAt(chat.account.appid)}&enter=1`)}#end">${avatar(chat.account.name)}<span>${chat.account.name}${unread(chat)}<small>${preview(chat)}</small></span><small>${chat.last === undefined ? "" : time(chat.last.at)}</small></a></li>`
  )}
${serviceNotices(holder.openid, notices.at(-1))}
<li><a href="${on(holder.openid, "/phone/bill")}">${avatar("付")}<span>微信支付<small>支付凭证 WeChat Pay</small></span></a></li>
</ul>`
})

const serviceNotices = (openid: string, last: ServiceNotice | undefined) =>
  last === undefined
    ? ""
    : html`<li><a href="${on(openid, "/phone/notices")}#end">${avatar("服务通知")}<span>服务通知<small>${last.account.name}：${last.notice.title}</small></span><small>${time(last.notice.at)}</small></a></li>`

const unread = ({ unread }: Chat) =>
  unread === 0
    ? ""
    : html` <b class="unread">${unread}<span class="hidden"> 条未读 unread</span></b>`

const preview = ({ account, contact, last, notice }: Chat) => {
  if (account.kind !== "mini-program" && contact.follows === 0) return "未关注 Not following"
  if (notice !== undefined) return notice.title
  return last === undefined ? "已关注 Following" : briefly(last)
}
