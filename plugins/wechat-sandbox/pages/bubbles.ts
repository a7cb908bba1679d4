import { html } from "hono/html"
import type { OpenChat } from "../chat-list.ts"
import type { Frame } from "../phone.ts"
import type { MessageRow } from "../platform/store.ts"
import { noticeCard } from "./notices.ts"
import { whose } from "./shell.ts"
import { spokenIn } from "./spoken.ts"
import { avatar, type Html, isAddress, time, two } from "./words.ts"

/** What was said in a chat, both ways, with the time where there was a pause. */
export const bubbles = (frame: Frame, chat: OpenChat, at: string): ReadonlyArray<Html> =>
  chat.messages.map((message, index) => {
    const before = chat.messages[index - 1]
    const paused = before === undefined || message.at - before.at > pause
    return html`${paused ? html`<p class="when"><small>${time(message.at)}</small></p>` : ""}${bubble(frame, chat, message, at)}`
  })

const pause = 5 * 60 * 1000

const bubble = (frame: Frame, chat: OpenChat, message: MessageRow, at: string): Html => {
  const { way } = message
  if (way === "system") {
    const spoken = spokenIn(message)
    return html`<p class="when"><small>${spoken.as === "text" ? spoken.text : ""}</small></p>`
  }
  const notice = chat.notices.find(({ id }) => id === message.id)
  if (notice !== undefined) return noticeCard(notice)
  const content = inside(frame, chat, message, at)
  if (content === undefined) return html``
  const who = way === "in" ? frame.holder.name : chat.account.name
  return html`<div class="said ${way === "in" ? "mine" : "theirs"}">${avatar(who)}<div class="bubble"><span class="name">${who}</span>${content}</div></div>`
}

const inside = (frame: Frame, chat: OpenChat, message: MessageRow, at: string) => {
  const spoken = spokenIn(message)
  const source = (id: string) =>
    `/phone/media?${new URLSearchParams({ with: chat.account.appid, id })}`
  switch (spoken.as) {
    case "text":
      return html`<p>${linked(spoken.text)}</p>`
    case "picture":
      return html`<img src="${source(spoken.media)}" alt="图片 Picture">`
    case "voice":
      return html`<p><a href="${source(spoken.media)}">${two("▶ 语音", "Voice")}</a></p>`
    case "film":
      return html`<video controls preload="none" src="${source(spoken.media)}" aria-label="视频 Video"></video><p>${spoken.title}</p>`
    case "place":
      return html`<p>${spoken.label || "位置"}<br><small>${spoken.latitude}, ${spoken.longitude}</small></p>`
    case "cards":
      return spoken.cards.map(({ description, title, url }) => {
        const content = html`<b>${title}</b><br><small>${description}</small>`
        return isAddress(url)
          ? html`<p><a href="${url}">${content}</a></p>`
          : html`<p>${content}</p>`
      })
    case "choices":
      return html`<form method="post" action="/phone/say">${whose(frame, at)}${withAccount(chat)}<p>${spoken.head}</p>
${spoken.choices.map(({ content, id }) => html`<button name="choice" value="${id}|${content}">${content}</button>`)}<p>${spoken.tail}</p></form>`
    case "nothing":
      return undefined
  }
}

/** Which account's chat a form is for. */
export const withAccount = ({ account }: OpenChat): Html =>
  html`<input type="hidden" name="with" value="${account.appid}">`

/** An account's text may hold links; a bare address is one as well. Nothing else in it is markup. */
const linked = (text: string): ReadonlyArray<Html | string> =>
  text
    .split(/(<a\s[^>]*href="[^"]*"[^>]*>[^<]*<\/a>|https?:\/\/[\w\-.~:/?#@!$&'()*+,;=%]+)/)
    .map((part) => {
      const [, href, words] = /^<a\s[^>]*href="([^"]*)"[^>]*>([^<]*)</.exec(part) ?? []
      const url = href ?? part
      return isAddress(url) ? html`<a href="${url}">${words ?? url}</a>` : (words ?? part)
    })
