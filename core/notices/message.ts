import { Effect } from "effect"
import type { Account } from "../wechat/account.ts"
import { sendService } from "../wechat/service-messages.ts"
import { sendSubscription } from "../wechat/subscription-messages.ts"
import { sendTemplate } from "../wechat/template-messages.ts"
import type { Content } from "./content.ts"
import { fieldOf, type Notice } from "./notice.ts"

/** A notice on its way by one of WeChat's channels. */
export interface Dispatch {
  readonly id: string
  readonly account: Account
  readonly openid: string
  readonly channel: "subscription" | "template" | "custom"
  readonly template: string
  readonly fields: Readonly<Record<string, string>>
  readonly content: Content
  readonly notice: Notice
}

/** Hands a notice to WeChat, and tells the number it was accepted under, if WeChat says one. */
export const dispatch = ({
  account,
  channel,
  content,
  fields,
  id,
  notice,
  openid,
  template
}: Dispatch) => {
  const { miniProgram, url } = content
  const to = { to: openid, template, fields }
  switch (channel) {
    case "template":
      return sendTemplate(account, {
        ...to,
        key: id,
        ...(url !== undefined && { url }),
        ...(miniProgram !== undefined && { miniProgram })
      })
    case "subscription": {
      const page = account.kind !== "mini-program" ? url : ownPage(account, content)
      return sendSubscription(account, {
        ...to,
        ...(page !== undefined && { page }),
        ...(account.kind !== "mini-program" && miniProgram !== undefined && { miniProgram })
      })
    }
    case "custom":
      return Effect.as(
        sendService(account, openid, { kind: "text", text: proseOf(notice, content) }),
        { messageId: undefined }
      )
  }
}

const ownPage = ({ appid }: Account, { miniProgram }: Content) =>
  miniProgram?.appid === appid ? miniProgram.pagepath : undefined

/** A notice as a text, where there is no template. */
export const proseOf = ({ fields, title }: Notice, { texts, url }: Content): string =>
  [
    title,
    ...Object.entries(fields).flatMap(([name, spec]) => {
      const text = (texts[name] ?? "").replaceAll(/\s+/g, " ").replaceAll("<", "＜").trim()
      return text === "" ? [] : [`${fieldOf(spec).label}：${text.slice(0, 200)}`]
    }),
    ...(url === undefined ? [] : [`<a href="${new URL(url).href}">查看详情</a>`])
  ].join("\n")
