import { Context, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { agree } from "./consents.ts"
import type { Account } from "./model.ts"
import { Pushes } from "./pushes.ts"
import { type ContactRow, type MessageRow, platform } from "./store.ts"
import { type Line, seen, TemplateData } from "./template-fields.ts"

/** What somebody decided about notices, and where. */
export interface Consent {
  readonly accepted: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  readonly longTerm: boolean
  readonly from: "page" | "article" | "settings"
}

/** A notice as its reader sees it. */
export interface Notice {
  readonly id: string
  readonly openid: string
  readonly way: string
  readonly templateId: string
  readonly title: string
  readonly lines: ReadonlyArray<Line>
  readonly url: string
  readonly state: string
  readonly at: number
}

/** Notices as people see them, and what they agree to. */
export class Notices extends Context.Service<
  Notices,
  {
    readonly all: Effect.Effect<ReadonlyArray<Notice>>
    /** What notices there are among messages. */
    among(messages: ReadonlyArray<MessageRow>): Effect.Effect<ReadonlyArray<Notice>>
    decide(account: Account, contact: ContactRow, consent: Consent): Effect.Effect<void>
  }
>()("wechat-sandbox/Notices") {
  static readonly layer = Layer.effect(
    Notices,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database
      const pushes = yield* Pushes

      const all = database.read(async (sql) => {
        const messages = await platform(sql)
          .selectFrom("sandbox_messages")
          .selectAll()
          .where("way", "in", ways)
          .orderBy("at")
          .orderBy("openid")
          .orderBy("place")
          .execute()
        return noticesIn(sql, messages)
      })

      const among = (messages: ReadonlyArray<MessageRow>) =>
        database.read((sql) =>
          noticesIn(
            sql,
            messages.filter(({ way }) => ways.some((it) => it === way))
          )
        )

      const decide = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        { accepted, from, longTerm, refused }: Consent
      ) {
        const line = (SubscribeStatusString: string) => (TemplateId: string) => ({
          TemplateId,
          SubscribeStatusString,
          ...(from !== "settings" && { PopupScene: from === "page" ? "1" : "2" })
        })
        // A yes in the settings is not told; only a no is.
        const list = [
          ...(from === "settings" ? [] : accepted.map(line("accept"))),
          ...refused.map(line("reject"))
        ]
        const told = from === "settings" ? "Change" : "Popup"
        const push = yield* pushes.write(account, contact.openid, {
          MsgType: "event",
          Event: `subscribe_msg_${told.toLowerCase()}_event`,
          [`SubscribeMsg${told}Event`]: { List: list }
        })
        const at = yield* clock.now
        yield* database.write(`contact:${contact.openid}`, async (sql) => {
          for (const id of accepted) {
            await agree(sql, contact, id, { accept: true, standing: longTerm })
          }
          for (const id of refused) {
            await agree(sql, contact, id, { accept: false, standing: longTerm })
          }
          if (list.length > 0) await pushes.post(sql, push, at)
        })
      })

      return Notices.of({ all, among, decide })
    })
  )
}

const ways = ["template", "subscription"] as const

const noticesIn = async (
  sql: Sql,
  messages: ReadonlyArray<MessageRow>
): Promise<ReadonlyArray<Notice>> => {
  const rows = await platform(sql).selectFrom("sandbox_templates").selectAll().execute()
  const templates = new Map(rows.map((row) => [`${row.appid} ${row.template_id}`, row]))
  return messages.map(({ appid, at, body, id, openid, state, way }) => {
    const sent = decodeSent(body)
    const template = templates.get(`${appid} ${sent.template_id}`)
    return {
      ...{ id, openid, way, at, state, templateId: sent.template_id, url: addressIn(sent) },
      title: template?.title ?? "",
      lines: template === undefined ? [] : seen(template.content, sent.data)
    }
  })
}

const Sent = Schema.fromJsonString(
  Schema.Struct({
    template_id: Schema.String,
    url: Schema.optionalKey(Schema.String),
    page: Schema.optionalKey(Schema.String),
    miniprogram: Schema.optionalKey(
      Schema.Struct({ appid: Schema.String, pagepath: Schema.optionalKey(Schema.String) })
    ),
    data: TemplateData
  })
)
const decodeSent = Schema.decodeSync(Sent)

/** A mini program comes before a page. */
const addressIn = ({ miniprogram, page, url }: typeof Sent.Type) =>
  miniprogram === undefined
    ? (url ?? page ?? "")
    : `weixin://miniprogram/${miniprogram.appid}/${miniprogram.pagepath ?? ""}`
