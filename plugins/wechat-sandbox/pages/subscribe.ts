import { html } from "hono/html"
import type { Frame } from "../phone.ts"
import type { Account } from "../platform/model.ts"
import type { Subscription } from "../subscriptions.ts"
import { on, type View, whose } from "./shell.ts"
import { avatar, two } from "./words.ts"

/** What asks, and where its page is gone on with. */
export interface Asking {
  readonly account: Account
  readonly asked: ReadonlyArray<Subscription>
  /** What this person wants no more questions about. */
  readonly kept: ReadonlyArray<Subscription>
  /** The page that asks, or the account's own screen. */
  readonly to: string
}

/** The pop-up over a page that would like to tell a person something later. */
export const subscribeView = (frame: Frame, { account, asked, kept, to }: Asking): View => ({
  tab: "chats",
  title: [account.name, ""],
  at: `/phone/subscribe?${new URLSearchParams([
    ["with", account.appid],
    ...[...asked, ...kept].map(({ template }) => ["template", template.template_id]),
    ["to", to]
  ])}`,
  back: "/phone",
  body: html`<div class="over"><section class="sheet ask" role="dialog" aria-label="订阅通知 Subscribe">
<h2>${avatar(account.name)}<span>${two(`${account.name} 申请发送以下消息`, "would like to send you")}</span></h2>
<form method="post" action="/phone/subscribe">${whose(frame, "/phone")}
<input type="hidden" name="with" value="${account.appid}"><input type="hidden" name="to" value="${to}">
${kept.map(({ template }) => html`<input type="hidden" name="kept" value="${template.template_id}">`)}
<ul>${asked.map(
    ({
      template
    }) => html`<li><label><input type="checkbox" name="accepted" value="${template.template_id}" checked> ${template.title}</label>
<input type="hidden" name="asked" value="${template.template_id}">
<details><summary>${two("示例", "Example")}</summary><p class="example">${template.example}</p></details></li>`
  )}</ul>
<label class="keep"><input type="checkbox" name="keep" value="1"><span>${two("总是保持以上选择，不再询问", "Always keep this choice")}</span></label>
<div class="row"><button name="result" value="refuse">${two("取消", "Cancel")}</button><button class="primary" name="result" value="accept">${two("允许", "Allow")}</button></div>
</form></section></div>`
})

/** What an account asks for is none of its templates. */
export const nothingAskedView = ({ holder }: Frame): View => ({
  tab: "chats",
  title: ["订阅通知", "Subscribe"],
  at: "/phone",
  back: "/phone",
  body: html`<section><p>${two("没有可订阅的模板", "The account has no such template (40037)")}</p>
<a href="${on(holder.openid, "/phone")}">${two("返回", "Back")}</a></section>`
})
