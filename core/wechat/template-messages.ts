import { Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { done, Id, readsAs, text } from "./wire.ts"

const ask = <A>(account: Account, call: Omit<Call<A>, "ability">) =>
  WechatApi.use((api) => api.ask(account, { ...call, ability: "template" }))

/** Where a tap on a message leads. */
export interface MiniProgramPage {
  readonly appid: string
  readonly pagepath: string
}

/** A template message (模板消息). */
export interface TemplateMessage {
  readonly to: string
  readonly template: string
  /** By name, e.g. `thing4`; all that the template has, and none empty. */
  readonly fields: Readonly<Record<string, string>>
  readonly url?: string
  /** Goes before the url. */
  readonly miniProgram?: MiniProgramPage
  /** WeChat's de-dup key: of those with the same one to the same person, one is delivered within ten minutes. */
  readonly key: string
}

/** As WeChat wants fields of any kind of template. */
export const dataOf = (fields: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }]))

const readSent = readsAs(Schema.Struct({ msgid: Schema.optionalKey(Id) }), ({ msgid }) => ({
  /** What the event about its delivery names; WeChat does not say it of one it took for a repeat. */
  messageId: msgid
}))

/**
 * Sends a template message. Success means accepted: whether it arrived, only the event TEMPLATESENDJOBFINISH tells. An unknown outcome
 * may be tried again under the same key within ten minutes, and not after.
 */
export const sendTemplate = (
  account: Account,
  { fields, key, miniProgram, template, to, url }: TemplateMessage
) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/message/template/send",
    body: {
      touser: to,
      template_id: template,
      ...(url !== undefined && { url }),
      ...(miniProgram !== undefined && { miniprogram: miniProgram }),
      client_msg_id: key,
      data: dataOf(fields)
    },
    openid: to,
    repeatable: true,
    read: readSent
  })

const readTemplates = readsAs(
  Schema.Struct({
    template_list: Schema.Array(
      Schema.Struct({
        template_id: text(64),
        title: text(256),
        content: text(8192),
        example: Schema.optionalKey(text(8192)),
        primary_industry: Schema.optionalKey(text(128)),
        deputy_industry: Schema.optionalKey(text(128))
      })
    )
  }),
  ({ template_list }) =>
    template_list.map(({ content, example, template_id, title }) => ({
      id: template_id,
      title,
      /** With its fields, as `订单号:{{character_string1.DATA}}`. */
      content,
      example
    }))
)

/** The templates an account has; up to 25. */
export const templatesOf = (account: Account) =>
  ask(account, {
    method: "GET",
    path: "/cgi-bin/template/get_all_private_template",
    repeatable: true,
    read: readTemplates
  })

/** Takes a template out of WeChat's library, and tells the id it has here. Asked twice, there are two. */
export const addTemplate = (account: Account, number: string, keywords: ReadonlyArray<string>) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/template/api_add_template",
    body: { template_id_short: number, keyword_name_list: keywords },
    repeatable: false,
    read: readsAs(Schema.Struct({ template_id: text(64) }), ({ template_id }) => template_id)
  })

export const removeTemplate = (account: Account, id: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/template/del_private_template",
    body: { template_id: id },
    repeatable: true,
    read: done
  })

const Industry = Schema.Struct({ first_class: text(64), second_class: text(64) })

/** The account's industries, which decide what templates it may have. */
export const industriesOf = (account: Account) =>
  ask(account, {
    method: "GET",
    path: "/cgi-bin/template/get_industry",
    repeatable: true,
    read: readsAs(
      Schema.Struct({
        primary_industry: Industry,
        secondary_industry: Schema.optionalKey(Industry)
      }),
      ({ primary_industry, secondary_industry }) =>
        [primary_industry, secondary_industry].flatMap((industry) =>
          industry === undefined ? [] : [`${industry.first_class}/${industry.second_class}`]
        )
    )
  })
