import { html } from "hono/html"
import type { OpenChat } from "../chat-list.ts"
import type { Frame } from "../phone.ts"
import type { Button } from "../platform/menus.ts"
import { bubbles, withAccount } from "./bubbles.ts"
import { places } from "./places.ts"
import { on, type View, whose } from "./shell.ts"
import { type Html, two } from "./words.ts"

export const chatAt = (appid: string) => `/phone/chat?${new URLSearchParams({ with: appid })}`
export const profileAt = (appid: string) => `/phone/account?${new URLSearchParams({ with: appid })}`

/** One chat: what was said, and where one writes; below it the account's menu. */
export const chatView = (frame: Frame, chat: OpenChat): View => {
  const { account, contact, locating, messages } = chat
  const at = chatAt(account.appid)
  const isContact = account.kind !== "mini-program"
  const asks = isContact && contact.follows === 1 && locating === "unasked" && chat.mayLocate
  return {
    tab: "chats",
    title: [account.name, isContact ? "" : "小程序 Mini program"],
    at,
    back: "/phone",
    more: profileAt(account.appid),
    body: html`${messages.length === 0 ? html`<p class="when"><small>${two("还没有消息", "No messages yet")}</small></p>` : ""}
${bubbles(frame, chat, at)}
${chat.isTyping ? html`<p class="when" role="status"><small>${two("对方正在输入…", "typing")}</small></p>` : ""}
<i id="end"></i>
${asks ? locationSheet(frame, chat, at) : ""}`,
    foot:
      isContact && contact.follows === 0
        ? followBar(frame, chat, at)
        : composer(frame, chat, at, isContact)
  }
}

/** Who is no follower reads on, but has nothing to write with. */
const followBar = (frame: Frame, chat: OpenChat, at: string) => html`<footer class="composer">
<form method="post" action="/phone/follow">${whose(frame, at)}${withAccount(chat)}
<button class="primary wide">${two("关注公众号", "Follow")}</button></form></footer>`

const composer = (frame: Frame, chat: OpenChat, at: string, hasMenu: boolean) => {
  const hidden = html`${whose(frame, at)}${withAccount(chat)}`
  return html`<footer class="composer">
<form class="row" method="post" action="/phone/say">${hidden}
<input name="content" maxlength="2048" aria-label="消息 Message" autocomplete="off" required><button class="primary">${two("发送", "Send")}</button></form>
<div class="bar">${hasMenu ? chat.menu.map((button) => menuButton(hidden, button)) : ""}
<details name="bar"><summary aria-label="更多 More">＋</summary><div class="panel">${extras(hidden)}</div></details>
</div></footer>`
}

const extras = (
  hidden: Html
) => html`<form method="post" action="/phone/picture" enctype="multipart/form-data">${hidden}
<label>${two("图片", "Picture")} <input type="file" name="picture" accept="image/png,image/jpeg,image/gif"></label><button>${two("发送图片", "Send picture")}</button></form>
<form method="post" action="/phone/say">${hidden}<div class="row">
<button name="type" value="voice">${two("语音", "Voice")}</button>
<button name="type" value="video">${two("视频", "Video")}</button></div></form>
<form class="row" method="post" action="/phone/say">${hidden}
<label>${two("位置", "Location")} <select name="place">${places.map(({ label }, index) => html`<option value="${index}">${label}</option>`)}</select></label>
<button name="type" value="location">${two("发送", "Send")}</button></form>`

const menuButton = (hidden: Html, button: Button): Html => {
  const under = button.sub_button ?? []
  if (under.length === 0 && !asksFirst(button)) return tapForm(hidden, button)
  return html`<details name="bar"><summary>${button.name}</summary><div class="panel">${
    under.length === 0 ? tapForm(hidden, button) : under.map((each) => tapForm(hidden, each))
  }</div></details>`
}

/** A scan from the menu needs something to scan. */
const asksFirst = ({ type = "" }: Button) => type.startsWith("scancode")

const tapForm = (
  hidden: Html,
  button: Button
) => html`<form method="post" action="/phone/tap">${hidden}
${asksFirst(button) ? html`<label>${two("扫到的内容", "What is scanned")} <input name="result" autocomplete="off" required></label>` : ""}
<button name="button" value="${button.key || button.url || button.name}">${button.name}</button></form>`

const locationSheet = (
  frame: Frame,
  chat: OpenChat,
  at: string
) => html`<div class="over"><section class="sheet" role="dialog" aria-label="位置 Location">
<h2>${two(`“${chat.account.name}”想使用你的地理位置`, "would like to know where you are")}</h2>
<p><small>${two("进入公众号时提供", "Told each time the chat is entered")}</small></p>
<form method="post" action="/phone/locating">${whose(frame, at)}${withAccount(chat)}<div class="row">
<button name="locating" value="refused">${two("不允许", "Do not allow")}</button>
<button class="primary" name="locating" value="allowed">${two("允许", "Allow")}</button></div></form></section></div>`

/** What is shown in place of a chat that is none. */
export const noChatView = ({ holder }: Frame): View => ({
  tab: "chats",
  title: ["没有这个聊天", "No such chat"],
  at: "/phone",
  back: "/phone",
  body: html`<section><a href="${on(holder.openid, "/phone")}">${two("返回", "Back")}</a></section>`
})
