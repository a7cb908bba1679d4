import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { may } from "./platform/abilities.ts"
import { type Button, buttonsOf, menuFor, menusOf } from "./platform/menus.ts"
import { isTyping } from "./platform/messages.ts"
import type { Account } from "./platform/model.ts"
import type { Notice } from "./platform/notices.ts"
import type { Person } from "./platform/people.ts"
import { type ChatMarkRow, phoneTables } from "./platform/phone-store.ts"
import { Platform } from "./platform/platform.ts"
import {
  type ContactRow,
  type MediaRow,
  type MenuRow,
  type MessageRow,
  platform
} from "./platform/store.ts"

/** Whether an account may know where a person is; nobody was asked yet at first. */
export type Locating = ChatMarkRow["locating"]

/** One line of the list of chats. */
export interface Chat {
  readonly account: Account
  readonly contact: ContactRow
  readonly last: MessageRow | undefined
  /** What the last one is, if it is a notice. */
  readonly notice: Notice | undefined
  readonly unread: number
}

/** One chat, opened. */
export interface OpenChat {
  readonly account: Account
  readonly contact: ContactRow
  /** The last of them, oldest first. */
  readonly messages: ReadonlyArray<MessageRow>
  /** Those of them that are notices. */
  readonly notices: ReadonlyArray<Notice>
  /** Whether the account says that somebody is writing. */
  readonly isTyping: boolean
  readonly menu: ReadonlyArray<Button>
  readonly locating: Locating
  /** Whether the account is of the kind that may ask. */
  readonly mayLocate: boolean
}

/** A notice that arrived outside of any chat. */
export interface ServiceNotice {
  readonly account: Account
  readonly notice: Notice
}

/** What a person sees of their chats: how far they have read, and what may be known of where they are. */
export class ChatList extends Context.Service<
  ChatList,
  {
    of(person: Person): Effect.Effect<ReadonlyArray<Chat>>
    /** Opens a chat, and all of it is read. `undefined`: there is no chat with that account. */
    open(person: Person, appid: string): Effect.Effect<OpenChat | undefined>
    /** What accounts told this person without being followed by them, oldest first. */
    serviceNotices(person: Person): Effect.Effect<ReadonlyArray<ServiceNotice>>
    /** The menu this person sees. */
    menu(account: Account, contact: ContactRow): Effect.Effect<MenuRow | undefined>
    media(appid: string, mediaId: string): Effect.Effect<MediaRow | undefined>
    allowLocation(contact: ContactRow, locating: Locating): Effect.Effect<void>
  }
>()("wechat-sandbox/ChatList") {
  static readonly layer = Layer.effect(
    ChatList,
    Effect.gen(function* () {
      const { accounts, notices } = yield* Platform
      const clock = yield* WechatClock
      const database = yield* Database

      /** A website and an app have no chat. */
      const withChat = Effect.map(accounts.all, (all) =>
        all.filter(({ originalId }) => originalId !== "")
      )

      const of = Effect.fnUntraced(function* (person: Person) {
        const chats: Array<Chat> = []
        for (const { account, contact } of meet(yield* withChat, person)) {
          const { mark, messages } = yield* database.read((sql) => look(sql, contact))
          const seen = messages.filter((message) => isInChat(contact, message))
          const last = seen.at(-1)
          const fresh = seen.filter(({ place, way }) => place > mark.read_to && way !== "in")
          const [notice] = last === undefined ? [] : yield* notices.among([last])
          chats.push({ account, contact, last, notice, unread: fresh.length })
        }
        // A mini program is no contact; it is in the list once it wrote, or was written to.
        return chats.filter(({ account, last }) => account.kind !== "mini-program" || last)
      })

      const serviceNotices = Effect.fnUntraced(function* (person: Person) {
        const found: Array<ServiceNotice> = []
        for (const { account, contact } of meet(yield* withChat, person)) {
          const { messages } = yield* database.read((sql) => look(sql, contact))
          const outside = messages.filter((message) => !isInChat(contact, message))
          for (const notice of yield* notices.among(outside)) found.push({ account, notice })
        }
        return found.toSorted((one, other) => one.notice.at - other.notice.at)
      })

      const menu = ({ appid }: Account, { tags }: ContactRow) =>
        database.read(async (sql) => menuFor(await menusOf(sql, appid), JSON.parse(tags)))

      const open = Effect.fnUntraced(function* (person: Person, appid: string) {
        const account = (yield* withChat).find((it) => it.appid === appid)
        const contact = person.contacts.find((it) => it.appid === appid)
        if (account === undefined || contact === undefined) return undefined
        const seen = yield* database.read((sql) => look(sql, contact))
        const messages = seen.messages.filter((message) => isInChat(contact, message))
        const now = yield* clock.now
        const isTypingNow = yield* database.read((sql) => isTyping(sql, contact, now))
        const shown = yield* menu(account, contact)
        const read_to = messages.at(-1)?.place ?? 0
        if (read_to > seen.mark.read_to) yield* mark(contact, { read_to })
        return {
          account,
          contact,
          messages,
          notices: yield* notices.among(messages),
          isTyping: isTypingNow,
          menu: shown === undefined ? [] : buttonsOf(shown),
          locating: seen.mark.locating,
          mayLocate: may(account, "location")
        }
      })

      const mark = ({ appid, openid }: ContactRow, changes: Partial<ChatMarkRow>) =>
        database.write(`mark:${openid}`, async (sql) => {
          const row = { ...(await markOf(sql, { appid, openid })), ...changes }
          await marks(sql, row).execute()
          await phoneTables(sql).insertInto("sandbox_chat_marks").values(row).execute()
        })

      const media = (appid: string, mediaId: string) =>
        database.read((sql) =>
          platform(sql)
            .selectFrom("sandbox_media")
            .selectAll()
            .where("appid", "=", appid)
            .where("media_id", "=", mediaId)
            .executeTakeFirst()
        )

      const allowLocation = (contact: ContactRow, locating: Locating) => mark(contact, { locating })

      return ChatList.of({ of, open, serviceNotices, menu, media, allowLocation })
    })
  )
}

/** What a person is to each account. */
const meet = (accounts: ReadonlyArray<Account>, { contacts }: Person) =>
  accounts.flatMap((account) => {
    const contact = contacts.find(({ appid }) => appid === account.appid)
    return contact === undefined ? [] : [{ account, contact }]
  })

/** Who did not follow when it came finds a notice among the service notices. */
const isInChat = ({ followed_at, follows }: ContactRow, { at, way }: MessageRow) =>
  way !== "subscription" || (follows === 1 && at >= followed_at)

const look = async (sql: Sql, contact: ContactRow) => ({
  messages: await lastOf(sql, contact),
  mark: await markOf(sql, contact)
})

/** A screen shows so many messages at most, and of long ones fewer. */
const shown = 30
const longest = 15_000

type Whose = Pick<ContactRow, "appid" | "openid">

/** What did not get through to a person is nothing they see. */
const lastOf = async (sql: Sql, { appid, openid }: Whose) => {
  const messages = await platform(sql)
    .selectFrom("sandbox_messages")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .where("state", "not like", "failed%")
    .orderBy("place", "desc")
    .limit(shown)
    .execute()
  let length = 0
  const fitting = messages.filter(({ body }, index) => {
    length += Buffer.byteLength(body)
    return index === 0 || length < longest
  })
  return fitting.toReversed()
}

const markOf = async (sql: Sql, { appid, openid }: Whose): Promise<ChatMarkRow> =>
  (await phoneTables(sql)
    .selectFrom("sandbox_chat_marks")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .executeTakeFirst()) ?? { appid, openid, read_to: 0, locating: "unasked" }

const marks = (sql: Sql, { appid, openid }: Whose) =>
  phoneTables(sql)
    .deleteFrom("sandbox_chat_marks")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
