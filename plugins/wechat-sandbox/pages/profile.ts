import { html } from "hono/html"
import type { OpenChat } from "../chat-list.ts"
import type { Frame } from "../phone.ts"
import type { AccountKind } from "../platform/model.ts"
import type { Subscription } from "../subscriptions.ts"
import { withAccount } from "./bubbles.ts"
import { chatAt, profileAt } from "./chat.ts"
import { on, type View, whose } from "./shell.ts"
import { avatar, type Html, two } from "./words.ts"

const kinds: Readonly<Record<AccountKind, readonly [string, string]>> = {
  service: ["服务号", "service account"],
  subscription: ["公众号", "subscription account"],
  "mini-program": ["小程序", "mini program"],
  website: ["网站应用", "website"],
  app: ["移动应用", "mobile app"]
}

/** What an account is, and what it may do with this person. */
export const profileView = (
  frame: Frame,
  chat: OpenChat,
  subscriptions: ReadonlyArray<Subscription>
): View => {
  const { account, contact, locating, mayLocate } = chat
  const at = profileAt(account.appid)
  const hidden = html`${whose(frame, at)}${withAccount(chat)}`
  const [chinese, english] = kinds[account.kind]
  const follows = contact.follows === 1
  return {
    tab: "chats",
    title: ["公众号", "Account"],
    at,
    back: chatAt(account.appid),
    body: html`<section class="card">${avatar(account.name)}<div><h2>${account.name}</h2>
<p>${two(`${chinese}${account.certified ? " · 已认证" : ""}`, `${english}${account.certified ? ", certified" : ""}`)}</p>
<p><small>${account.originalId} · ${account.appid}<br>openid ${contact.openid}</small></p></div></section>
<section><ul>
${follows ? turn(hidden, "unfollow", "已关注", "Following", "不再关注", "Unfollow") : turn(hidden, "follow", "未关注", "Not following", "关注", "Follow")}
${follows ? (contact.refuses === 1 ? turn(hidden, "unblock", "已屏蔽消息", "Messages blocked", "接收消息", "Receive") : turn(hidden, "block", "接收消息", "Receives messages", "屏蔽", "Block")) : ""}
${follows && mayLocate ? location(hidden, locating === "allowed") : ""}
</ul></section>
${subscriptions.length === 0 ? "" : notices(frame, chat, hidden, subscriptions)}`
  }
}

/** What the account may tell without being written to, one message for each yes. */
const notices = (
  frame: Frame,
  { account }: OpenChat,
  hidden: Html,
  subscriptions: ReadonlyArray<Subscription>
) => {
  const query = new URLSearchParams([
    ["with", account.appid],
    ...subscriptions.slice(0, 3).map(({ template }) => ["template", template.template_id]),
    ["to", profileAt(account.appid)]
  ])
  return html`<section><h2>${two("订阅通知", "Notices")}</h2><ul>${subscriptions.map(
    (it) => html`<li><span>${it.template.title}<br><small>${standing(it)}</small></span>
<form method="post" action="/phone/subscription">${hidden}<input type="hidden" name="template" value="${it.template.template_id}">
<button name="accept" value="${isWanted(it) ? "0" : "1"}">${isWanted(it) ? two("拒收", "Refuse") : two("接收", "Accept")}</button></form></li>`
  )}</ul>
<p><a href="${on(frame.holder.openid, `/phone/subscribe?${query}`)}">${two("打开订阅弹窗", "Ask as a page does")} ›</a></p></section>`
}

const isWanted = ({ remaining, standing }: Subscription) => standing || remaining > 0

const standing = ({ kept, remaining, standing }: Subscription) => {
  const left = standing
    ? "长期有效 any number"
    : remaining > 0
      ? `还可接收 ${remaining} 条 · ${remaining} left`
      : "不接收 none"
  return kept === undefined ? left : `${left} · 不再询问 not asked again`
}

/** How something is, and the button that makes it otherwise. */
const turn = (
  hidden: Html,
  action: string,
  is: string,
  english: string,
  does: string,
  doing: string
) =>
  html`<li><span>${two(is, english)}</span><form method="post" action="/phone/${action}">${hidden}<button>${two(does, doing)}</button></form></li>`

const location = (hidden: Html, allowed: boolean) =>
  html`<li><span>${
    allowed
      ? two("提供位置信息", "Tells where it is")
      : two("不提供位置信息", "Does not tell where it is")
  }</span><form method="post" action="/phone/locating">${hidden}<button name="locating" value="${allowed ? "refused" : "allowed"}">${
    allowed ? two("关闭", "Turn off") : two("打开", "Turn on")
  }</button></form></li>`
