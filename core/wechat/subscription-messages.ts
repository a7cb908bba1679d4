import { Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { dataOf, type MiniProgramPage } from "./template-messages.ts"
import { done, Id, readsAs, text } from "./wire.ts"

const ask = <A>(account: Account, call: Omit<Call<A>, "ability">) =>
  WechatApi.use((api) => api.ask(account, { ...call, ability: "subscription" }))

/** A notice to somebody who asked for it (订阅通知). */
export interface SubscriptionMessage {
  readonly to: string
  readonly template: string
  readonly fields: Readonly<Record<string, string>>
  /** Where a tap leads: a web page of a service account, a page of the mini program itself. */
  readonly page?: string
  readonly miniProgram?: MiniProgramPage
}

/**
 * Sends a notice, and uses up one of the person's consents. WeChat knows no de-dup key here, so it is sent once: an unknown outcome
 * stays unknown until the event subscribe_msg_sent_event tells.
 */
export const sendSubscription = (
  account: Account,
  { fields, miniProgram, page, template, to }: SubscriptionMessage
) =>
  ask(account, {
    method: "POST",
    // Of these siblings, the wrong one answers 43101, as if the person had not agreed.
    path:
      account.kind === "mini-program"
        ? "/cgi-bin/message/subscribe/send"
        : "/cgi-bin/message/subscribe/bizsend",
    body: {
      touser: to,
      template_id: template,
      ...(page !== undefined && { page }),
      ...(miniProgram !== undefined && { miniprogram: miniProgram }),
      data: dataOf(fields)
    },
    openid: to,
    repeatable: false,
    // Whether a service account hears the id is not said anywhere.
    read: readsAs(Schema.Struct({ msgid: Schema.optionalKey(Id) }), ({ msgid }) => ({
      messageId: msgid
    }))
  })

const readTemplates = readsAs(
  Schema.Struct({
    data: Schema.Array(
      Schema.Struct({
        priTmplId: text(64),
        title: text(256),
        content: text(8192),
        example: Schema.optionalKey(text(8192)),
        /** 2: one consent, one notice. 3: for good. */
        type: Schema.Int
      })
    )
  }),
  ({ data }) =>
    data.map(({ content, example, priTmplId, title, type }) => ({
      id: priTmplId,
      title,
      content,
      example,
      isForGood: type === 3
    }))
)

export const subscriptionTemplatesOf = (account: Account) =>
  ask(account, {
    method: "GET",
    path: "/wxaapi/newtmpl/gettemplate",
    repeatable: true,
    read: readTemplates
  })

/** Takes a template out of WeChat's library with two to five of its keywords, and tells the id it has here. Asked twice, there are two. */
export const addSubscriptionTemplate = (
  account: Account,
  number: string,
  keywords: ReadonlyArray<number>,
  purpose: string
) =>
  ask(account, {
    method: "POST",
    path: "/wxaapi/newtmpl/addtemplate",
    body: { tid: number, kidList: keywords, sceneDesc: purpose },
    repeatable: false,
    read: readsAs(Schema.Struct({ priTmplId: text(64) }), ({ priTmplId }) => priTmplId)
  })

export const removeSubscriptionTemplate = (account: Account, id: string) =>
  ask(account, {
    method: "POST",
    path: "/wxaapi/newtmpl/deltemplate",
    body: { priTmplId: id },
    repeatable: true,
    read: done
  })
