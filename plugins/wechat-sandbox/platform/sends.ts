import { Context, Duration, Effect, Layer } from "effect"
import { Database } from "#core"
import { WechatClock } from "../clock.ts"
import { Faults } from "../faults.ts"
import { randomDigits } from "../random.ts"
import { consume } from "./consents.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import { add, sentBefore, takeFromWindow, typing } from "./messages.ts"
import type { Account } from "./model.ts"
import { isFollower } from "./people.ts"
import { Pushes } from "./pushes.ts"
import type { ContactRow } from "./store.ts"
import { type TemplateData, wrongWord } from "./template-fields.ts"
import { Templates } from "./templates.ts"
import { Users } from "./users.ts"

export interface ToSend {
  readonly touser: string
  readonly template_id: string
  readonly data: TemplateData
  readonly client_msg_id?: string
  readonly [more: string]: unknown
}

/** What accounts send to one person. */
export class Sends extends Context.Service<
  Sends,
  {
    /** Answers the message's id; of one sent before under the same `client_msg_id`, that one's. */
    template(account: Account, message: ToSend): Effect.Effect<bigint, Errcode>
    /** Uses up one consent. */
    subscription(account: Account, message: ToSend): Effect.Effect<void, Errcode>
    /** Uses up one message of what the person's own doing allows. */
    custom(
      account: Account,
      touser: string,
      kind: string,
      content: object
    ): Effect.Effect<void, Errcode>
    typing(account: Account, touser: string, on: boolean): Effect.Effect<void, Errcode>
  }
>()("wechat-sandbox/Sends") {
  static readonly layer = Layer.effect(
    Sends,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults
      const pushes = yield* Pushes
      const templates = yield* Templates
      const users = yield* Users

      const messageId = Effect.map(randomDigits(18), (digits) => `2${digits}`)

      const template = Effect.fnUntraced(function* (account: Account, message: ToSend) {
        const contact = yield* users.find(account, message.touser)
        if (!isFollower(contact)) return yield* no(43004)
        const { content } = yield* templates.find(account, "template", message.template_id)
        const wrong = wrongWord(content, message.data)
        if (wrong !== undefined) return yield* wrong
        const at = yield* clock.now
        const id = yield* messageId
        const state = contact.refuses === 1 ? "failed:user block" : "success"
        const fields = { Event: "TEMPLATESENDJOBFINISH", MsgID: BigInt(id), Status: state }
        const push = yield* pushes.write(account, contact.openid, { MsgType: "event", ...fields })
        const early = (yield* faults.take("early", path)) !== undefined
        const { client_msg_id = null, ...body } = message
        const sent = yield* database.write(`contact:${contact.openid}`, async (sql) => {
          const before = await sentBefore(sql, contact.openid, client_msg_id, at)
          if (before !== undefined) return before.id
          const row = { ...messageTo(contact, "template", body, at), id, state }
          await add(sql, { ...row, client_key: client_msg_id })
          if (!early) await pushes.post(sql, push, at + resultAfter)
          return id
        })
        if (early && push !== undefined && sent === id) yield* pushes.now(push)
        return BigInt(sent)
      })

      const subscription = Effect.fnUntraced(function* (account: Account, message: ToSend) {
        const contact = yield* users.find(account, message.touser)
        const { content } = yield* templates.find(account, "subscription", message.template_id)
        const wrong = wrongWord(content, message.data)
        if (wrong !== undefined) return yield* wrong
        const at = yield* clock.now
        const id = yield* messageId
        const push = yield* pushes.write(account, contact.openid, {
          MsgType: "event",
          Event: "subscribe_msg_sent_event",
          SubscribeMsgSentEvent: {
            List: [
              {
                TemplateId: message.template_id,
                MsgID: BigInt(id),
                ErrorCode: 0,
                ErrorStatus: "success"
              }
            ]
          }
        })
        yield* decide(database, `contact:${contact.openid}`, async (sql) => {
          if (!(await consume(sql, contact, message.template_id))) return no(43101)
          const row = messageTo(contact, "subscription", message, at)
          await add(sql, { ...row, id, state: "success", client_key: null })
          await pushes.post(sql, push, at + resultAfter)
        })
      })

      const reachable = Effect.fnUntraced(function* (account: Account, touser: string) {
        const contact = yield* users.find(account, touser)
        if (account.kind !== "mini-program" && !isFollower(contact)) return yield* no(43004)
        if (contact.blacklisted === 1) return yield* no(43019)
        return contact
      })

      const custom = Effect.fnUntraced(function* (
        account: Account,
        touser: string,
        kind: string,
        content: object
      ) {
        const contact = yield* reachable(account, touser)
        if (contact.refuses === 1) return yield* no(48002)
        const at = yield* clock.now
        const id = yield* messageId
        yield* decide(database, `contact:${touser}`, async (sql) => {
          const left = await takeFromWindow(sql, contact, at)
          if (left !== "open") return no(left === "closed" ? 45015 : 45047)
          const row = messageTo(contact, "custom", content, at)
          await add(sql, { ...row, kind, id, state: "success", client_key: null })
        })
      })

      const type = Effect.fnUntraced(function* (account: Account, touser: string, on: boolean) {
        const contact = yield* reachable(account, touser)
        const now = yield* clock.now
        yield* decide(database, `contact:${touser}`, async (sql) => {
          const found = await typing(sql, contact, on, now)
          if (found === "silent") return no(45080)
          return found === "already" ? no(45081) : undefined
        })
      })

      return Sends.of({ template, subscription, custom, typing: type })
    })
  )
}

const path = "/cgi-bin/message/template/send"
/** What became of a message is told a moment after its sending was. */
const resultAfter = Duration.toMillis("1 second")

const messageTo = (
  { appid, openid }: ContactRow,
  way: "template" | "subscription" | "custom",
  body: object,
  at: number
) => ({ appid, openid, way, kind: way, body: JSON.stringify(body), at })
