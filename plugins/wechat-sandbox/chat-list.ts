import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { may } from "./platform/abilities.ts"
import { type Button, buttonsOf, menuFor, menusOf } from "./platform/menus.ts"
import type { Account } from "./platform/model.ts"
import type { Person } from "./platform/people.ts"
import { Platform } from "./platform/platform.ts"
import {
  type ChatMarkRow,
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
  readonly unread: number
}

/** One chat, opened. */
export interface OpenChat {
  readonly account: Account
  readonly contact: ContactRow
  /** The last of them, oldest first. */
  readonly messages: ReadonlyArray<MessageRow>
  readonly menu: ReadonlyArray<Button>
  readonly locating: Locating
  /** Whether the account is of the kind that may ask. */
  readonly mayLocate: boolean
}

/** What a person sees of their chats: how far they have read, and what may be known of where they are. */
export class ChatList extends Context.Service<
  ChatList,
  {
    of(person: Person): Effect.Effect<ReadonlyArray<Chat>>
    /** Opens a chat, and all of it is read. `undefined`: there is no chat with that account. */
    open(person: Person, appid: string): Effect.Effect<OpenChat | undefined>
    /** The menu this person sees. */
    menu(account: Account, contact: ContactRow): Effect.Effect<MenuRow | undefined>
    media(appid: string, mediaId: string): Effect.Effect<MediaRow | undefined>
    allowLocation(contact: ContactRow, locating: Locating): Effect.Effect<void>
  }
>()("wechat-sandbox/ChatList") {
  static readonly layer = Layer.effect(
    ChatList,
    Effect.gen(function* () {
      const { accounts } = yield* Platform
      const database = yield* Database

      /** A website and an app have no chat. */
      const withChat = Effect.map(accounts.all, (all) =>
        all.filter(({ originalId }) => originalId !== "")
      )

      const of = Effect.fnUntraced(function* (person: Person) {
        const all = yield* withChat
        const chats = yield* database.read(async (sql) => {
          const found: Array<Chat> = []
          for (const account of all) {
            const contact = person.contacts.find(({ appid }) => appid === account.appid)
            if (contact === undefined) continue
            const messages = await lastOf(sql, contact)
            const { read_to } = await markOf(sql, contact)
            const unread = messages.filter(({ place, way }) => place > read_to && way !== "in")
            found.push({ account, contact, last: messages.at(-1), unread: unread.length })
          }
          return found
        })
        // A mini program is no contact; it is in the list once it wrote, or was written to.
        return chats.filter(({ account, last }) => account.kind !== "mini-program" || last)
      })

      const menu = ({ appid }: Account, { tags }: ContactRow) =>
        database.read(async (sql) => menuFor(await menusOf(sql, appid), JSON.parse(tags)))

      const open = Effect.fnUntraced(function* (person: Person, appid: string) {
        const account = (yield* withChat).find((it) => it.appid === appid)
        const contact = person.contacts.find((it) => it.appid === appid)
        if (account === undefined || contact === undefined) return undefined
        const seen = yield* database.read(async (sql) => ({
          messages: await lastOf(sql, contact),
          mark: await markOf(sql, contact)
        }))
        const shown = yield* menu(account, contact)
        const read_to = seen.messages.at(-1)?.place ?? 0
        if (read_to > seen.mark.read_to) yield* mark(contact, { read_to })
        return {
          account,
          contact,
          messages: seen.messages,
          menu: shown === undefined ? [] : buttonsOf(shown),
          locating: seen.mark.locating,
          mayLocate: may(account, "location")
        }
      })

      const mark = ({ appid, openid }: ContactRow, changes: Partial<ChatMarkRow>) =>
        database.write(`mark:${openid}`, async (sql) => {
          const row = { ...(await markOf(sql, { appid, openid })), ...changes }
          await marks(sql, row).execute()
          await platform(sql).insertInto("sandbox_chat_marks").values(row).execute()
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

      return ChatList.of({ of, open, menu, media, allowLocation })
    })
  )
}

const shown = 40

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
  return messages.toReversed()
}

const markOf = async (sql: Sql, { appid, openid }: Whose): Promise<ChatMarkRow> =>
  (await platform(sql)
    .selectFrom("sandbox_chat_marks")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .executeTakeFirst()) ?? { appid, openid, read_to: 0, locating: "unasked" }

const marks = (sql: Sql, { appid, openid }: Whose) =>
  platform(sql)
    .deleteFrom("sandbox_chat_marks")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
