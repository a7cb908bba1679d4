import { html } from "hono/html"
import type { ServiceNotice } from "../chat-list.ts"
import type { Notice } from "../platform/notices.ts"
import type { View } from "./shell.ts"
import { type Html, isAddress, time, two } from "./words.ts"

/** A notice as WeChat draws it since 2023: a title, the words line by line, and where it leads. */
export const noticeCard = (notice: Notice, from = ""): Html => html`<article class="card-notice">
<h3>${notice.title || "服务通知"}${from === "" ? "" : html` <small>${from}</small>`}</h3>
<dl>${notice.lines.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${leadsTo(notice.url)}</article>`

const leadsTo = (url: string) => {
  if (isAddress(url)) return html`<a href="${url}"><span>${two("查看详情", "Details")}</span>›</a>`
  if (url === "") return ""
  return html`<p class="to"><small>小程序 Mini program · ${url.replace("weixin://miniprogram/", "")}</small></p>`
}

/** Where notices of accounts arrive that a person does not follow. */
export const serviceNoticesView = (notices: ReadonlyArray<ServiceNotice>): View => ({
  tab: "chats",
  title: ["服务通知", "Service notices"],
  at: "/phone/notices",
  back: "/phone",
  body: html`${notices.length === 0 ? html`<p class="when"><small>${two("暂无通知", "None yet")}</small></p>` : ""}
${notices.map(({ account, notice }) => html`<p class="when"><small>${time(notice.at)}</small></p>${noticeCard(notice, account.name)}`)}
<i id="end"></i>`
})
