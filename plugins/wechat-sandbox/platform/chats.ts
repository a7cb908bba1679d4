import { Context, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { Faults } from "../faults.ts"
import { randomDigits } from "../random.ts"
import { may } from "./abilities.ts"
import { insertMedia } from "./media-store.ts"
import { buttonIn, menuFor, menusOf, opensWindow, type Tapped, tapFields, tells } from "./menus.ts"
import { add, chatOf, openWindow } from "./messages.ts"
import type { Account, Cause } from "./model.ts"
import { Pushes } from "./pushes.ts"
import { recordings } from "./recordings.ts"
import { isRecorded, messageFields, type Said } from "./said.ts"
import { type ContactRow, changeContact, type MessageRow, platform, type QrRow } from "./store.ts"
import type { Fields } from "./xml.ts"

/** What somebody wants to touch is not there, or not any more. */
export class NothingThere extends Schema.TaggedError<NothingThere>()("NothingThere", {
  what: Schema.String
}) {
  readonly status = 404
  override readonly message = `There is no ${this.what}`
}

/** What people do in a chat with an account, and what the account hears of it. */
export class Chats extends Context.Service<
  Chats,
  {
    of(contact: ContactRow): Effect.Effect<ReadonlyArray<MessageRow>>
    /** Answers the message's id. */
    say(account: Account, contact: ContactRow, said: Said): Effect.Effect<string>
    tap(
      account: Account,
      contact: ContactRow,
      button: string,
      tapped: Tapped
    ): Effect.Effect<void, NothingThere>
    follow(account: Account, contact: ContactRow, scene?: string): Effect.Effect<void>
    unfollow(account: Account, contact: ContactRow): Effect.Effect<void>
    /** A QR with a scene, by its ticket or what it says: who does not follow yet, follows. */
    scan(account: Account, contact: ContactRow, qr: string): Effect.Effect<void, NothingThere>
    locate(account: Account, contact: ContactRow, at: Place): Effect.Effect<void>
    /** Anything else that an account hears of: certification, a mistaken profile, a subscription. */
    tell(account: Account, openid: string, fields: Fields): Effect.Effect<void>
  }
>()("wechat-sandbox/Chats") {
  static readonly layer = Layer.effect(
    Chats,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults
      const pushes = yield* Pushes

      const event = (account: Account, openid: string, fields: Fields) =>
        pushes.write(account, openid, { MsgType: "event", ...fields })

      /** One thing a person does: what it changes, what it lets the account do, and what is pushed; all or nothing. */
      const act = Effect.fnUntraced(function* (
        contact: ContactRow,
        { change, fields, window }: Act,
        account: Account
      ) {
        const now = yield* clock.now
        const push = fields && (yield* event(account, contact.openid, fields))
        yield* database.write(`contact:${contact.openid}`, async (sql) => {
          if (change !== undefined) await changeContact(sql, contact, change)
          if (window !== undefined) await openWindow(sql, contact, window, now)
          await pushes.post(sql, push)
        })
      })

      const say = Effect.fnUntraced(function* (account: Account, contact: ContactRow, said: Said) {
        const at = yield* clock.now
        const id = `2${yield* randomDigits(18)}`
        const media = isRecorded(said) ? yield* recordings(account.appid, said, at) : []
        const ids = media.map(({ media_id }) => media_id)
        const fields = messageFields(said, BigInt(id), ids)
        const push = yield* pushes.write(account, contact.openid, fields)
        const { appid, openid } = contact
        const { MsgId: _, MsgType, ...body } = fields
        yield* database.write(`contact:${openid}`, async (sql) => {
          for (const row of media) await insertMedia(sql, row)
          const message = { id, appid, openid, way: "in", kind: String(MsgType) } as const
          const text = JSON.stringify(body)
          await add(sql, { ...message, body: text, state: "success", client_key: null, at })
          await openWindow(sql, contact, "message", at)
          await pushes.post(sql, push)
        })
        return id
      })

      const tap = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        what: string,
        tapped: Tapped
      ) {
        const menus = yield* database.read((sql) => menusOf(sql, account.appid))
        const menu = menuFor(menus, JSON.parse(contact.tags))
        const button = menu && buttonIn(menu, what)
        if (button === undefined) return yield* new NothingThere({ what: `button ${what}` })
        yield* act(
          contact,
          {
            ...(opensWindow(button) && { window: "menu" }),
            ...(tells(button) && { fields: tapFields(button, menu?.id ?? "", tapped) })
          },
          account
        )
      })

      const join = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        scene: string,
        qr?: QrRow
      ) {
        const path = URL.parse(account.callback?.url ?? "")?.pathname ?? "/"
        const [, value = ""] = qr?.scene.split(/:(.*)/) ?? []
        const bare = qr === undefined && (yield* faults.take("no-eventkey", path)) !== undefined
        yield* act(
          contact,
          {
            change: {
              follows: 1,
              // Who follows anew gets messages again.
              refuses: 0,
              followed_at: yield* clock.now,
              scene,
              qr_scene: qr?.scene ?? ""
            },
            window: "follow",
            fields: {
              Event: "subscribe",
              ...(!bare && { EventKey: qr === undefined ? "" : `qrscene_${value}` }),
              ...(qr !== undefined && { Ticket: qr.ticket })
            }
          },
          account
        )
      })

      const follow = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        scene = "ADD_SCENE_SEARCH"
      ) {
        if (contact.follows === 0) yield* join(account, contact, scene)
      })

      const unfollow = Effect.fnUntraced(function* (account: Account, contact: ContactRow) {
        if (contact.follows === 0) return
        const { openid } = contact
        const push = yield* event(account, openid, { Event: "unsubscribe", EventKey: "" })
        yield* database.write(`contact:${openid}`, async (sql) => {
          await changeContact(sql, contact, { follows: 0, tags: "[]", remark: "" })
          await closeWindows(sql, contact)
          await pushes.post(sql, push)
        })
      })

      const scan = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        what: string
      ) {
        const now = yield* clock.now
        const qr = yield* database.read((sql) => qrOf(sql, account.appid, what, now))
        if (qr === undefined) return yield* new NothingThere({ what: `QR ${what}` })
        if (contact.follows === 0) return yield* join(account, contact, "ADD_SCENE_QR_CODE", qr)
        const [, EventKey = ""] = qr.scene.split(/:(.*)/)
        const fields = { Event: "SCAN", EventKey, Ticket: qr.ticket }
        yield* act(contact, { window: "scan", fields }, account)
      })

      const locate = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        { latitude, longitude, precision }: Place
      ) {
        if (!may(account, "location") || contact.follows === 0) return
        const fields = {
          Event: "LOCATION",
          Latitude: latitude.toFixed(6),
          Longitude: longitude.toFixed(6),
          Precision: precision.toFixed(6)
        }
        yield* act(contact, { fields }, account)
      })

      const tell = Effect.fnUntraced(function* (account: Account, openid: string, fields: Fields) {
        const push = yield* event(account, openid, fields)
        yield* database.write(`contact:${openid}`, (sql) => pushes.post(sql, push))
      })

      const of = (contact: ContactRow) =>
        database.read((sql) => chatOf(sql, contact.appid, contact.openid))

      return Chats.of({ of, say, tap, follow, unfollow, scan, locate, tell })
    })
  )
}

interface Act {
  readonly change?: Partial<ContactRow>
  readonly window?: Cause
  readonly fields?: Fields
}

export interface Place {
  readonly latitude: number
  readonly longitude: number
  readonly precision: number
}

const closeWindows = (sql: Sql, { appid, openid }: ContactRow) =>
  platform(sql)
    .deleteFrom("sandbox_windows")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .execute()

const qrOf = (sql: Sql, appid: string, what: string, now: number) =>
  platform(sql)
    .selectFrom("sandbox_qr_codes")
    .selectAll()
    .where("appid", "=", appid)
    .where((qr) => qr.or([qr("ticket", "=", what), qr("url", "=", what)]))
    .where((qr) => qr.or([qr("expires_at", "is", null), qr("expires_at", ">", now)]))
    .executeTakeFirst()
