import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import type { Account } from "./model.ts"
import { type ContactRow, changeContact, contactOf, platform, type TagRow } from "./store.ts"

export interface CountedTag {
  readonly id: number
  readonly name: string
  readonly count: number
}

/** An account's tags, and who has them. */
export class Tags extends Context.Service<
  Tags,
  {
    of(account: Account): Effect.Effect<ReadonlyArray<CountedTag>>
    find(account: Account, id: number): Effect.Effect<TagRow, Errcode>
    create(account: Account, name: string): Effect.Effect<TagRow, Errcode>
    rename(account: Account, id: number, name: string): Effect.Effect<void, Errcode>
    remove(account: Account, id: number): Effect.Effect<void, Errcode>
    /** Puts a tag on people, or takes it off. */
    mark(
      account: Account,
      id: number,
      openids: ReadonlyArray<string>,
      on: boolean
    ): Effect.Effect<void, Errcode>
    /** Puts people on the blacklist, or takes them off. */
    blacklist(
      account: Account,
      openids: ReadonlyArray<string>,
      on: boolean
    ): Effect.Effect<void, Errcode>
  }
>()("wechat-sandbox/Tags") {
  static readonly layer = Layer.effect(
    Tags,
    Effect.gen(function* () {
      const database = yield* Database

      const find = Effect.fnUntraced(function* ({ appid }: Account, id: number) {
        const tags = yield* database.read((sql) => tagsOf(sql, appid))
        return tags.find((tag) => tag.id === id) ?? (yield* no(45159))
      })

      const of = ({ appid }: Account) =>
        database.read(async (sql) => {
          const tags = await tagsOf(sql, appid)
          const marked = (await contactsOf(sql, appid)).flatMap(({ tags }) => idsIn(tags))
          return tags.map(({ id, name }) => ({
            id,
            name,
            count: marked.filter((each) => each === id).length
          }))
        })

      /** What is wrong with a name: its length, or that another tag has it. */
      const wrong = (tags: ReadonlyArray<TagRow>, name: string) => {
        if (name === "") return no(45157)
        if (Buffer.byteLength(name) > 30) return no(45158)
        return tags.some((tag) => tag.name === name) ? no(45157) : undefined
      }

      const create = ({ appid }: Account, name: string) =>
        decide(database, `tags:${appid}`, async (sql) => {
          const tags = await tagsOf(sql, appid)
          const fault = wrong(tags, name)
          if (fault !== undefined) return fault
          if (tags.length >= mostTags) return no(45056)
          const id = Math.max(firstId - 1, ...tags.map((tag) => tag.id)) + 1
          const tag: TagRow = { appid, id, name }
          await platform(sql).insertInto("sandbox_tags").values(tag).execute()
          return tag
        })

      const rename = ({ appid }: Account, id: number, name: string) =>
        decide(database, `tags:${appid}`, async (sql) => {
          const tags = await tagsOf(sql, appid)
          if (id < firstId) return no(45058)
          if (!tags.some((tag) => tag.id === id)) return no(45159)
          const fault = wrong(tags, name)
          if (fault !== undefined) return fault
          await platform(sql)
            .updateTable("sandbox_tags")
            .set({ name })
            .where("appid", "=", appid)
            .where("id", "=", id)
            .execute()
        })

      const remove = ({ appid }: Account, id: number) =>
        decide(database, `tags:${appid}`, async (sql) => {
          if (id < firstId) return no(45058)
          const marked = (await contactsOf(sql, appid)).filter(({ tags }) =>
            idsIn(tags).includes(id)
          )
          if (marked.length > mostMarked) return no(45057)
          for (const contact of marked) await change(sql, contact, id, false)
          await platform(sql)
            .deleteFrom("sandbox_tags")
            .where("appid", "=", appid)
            .where("id", "=", id)
            .execute()
        })

      const mark = Effect.fnUntraced(function* (
        account: Account,
        id: number,
        openids: ReadonlyArray<string>,
        on: boolean
      ) {
        yield* find(account, id)
        if (openids.length < 1 || openids.length > 50) return yield* no(40032)
        yield* decide(database, `tags:${account.appid}`, async (sql) => {
          const contacts = await theirs(sql, account, openids)
          if (contacts === undefined) return no(49003)
          const full = ({ tags }: ContactRow) =>
            idsIn(tags).length >= mostTagsEach && !idsIn(tags).includes(id)
          if (on && contacts.some(full)) return no(45059)
          for (const contact of contacts) await change(sql, contact, id, on)
        })
      })

      const blacklist = Effect.fnUntraced(function* (
        account: Account,
        openids: ReadonlyArray<string>,
        on: boolean
      ) {
        if (openids.length < 1 || openids.length > 20) return yield* no(40032)
        yield* decide(database, `tags:${account.appid}`, async (sql) => {
          const contacts = await theirs(sql, account, openids)
          if (contacts === undefined) return no(49003)
          for (const contact of contacts) {
            await changeContact(sql, contact, { blacklisted: on ? 1 : 0 })
          }
        })
      })

      return Tags.of({ of, find, create, rename, remove, mark, blacklist })
    })
  )
}

/** 0 to 2 are WeChat's own. */
const firstId = 100
const mostTags = 100
const mostTagsEach = 20
const mostMarked = 100_000

export const idsIn = (tags: string): ReadonlyArray<number> => JSON.parse(tags)

const tagsOf = (sql: Sql, appid: string) =>
  platform(sql)
    .selectFrom("sandbox_tags")
    .selectAll()
    .where("appid", "=", appid)
    .orderBy("id")
    .execute()

const contactsOf = (sql: Sql, appid: string) =>
  platform(sql)
    .selectFrom("sandbox_contacts")
    .selectAll()
    .where("appid", "=", appid)
    .where("tags", "!=", "[]")
    .execute()

/** All of them, or nobody if one is not this account's. */
const theirs = async (sql: Sql, { appid }: Account, openids: ReadonlyArray<string>) => {
  const found: Array<ContactRow> = []
  for (const openid of openids) {
    const contact = await contactOf(sql, appid, openid)
    if (contact === undefined) return undefined
    found.push(contact)
  }
  return found
}

const change = async (sql: Sql, contact: ContactRow, id: number, on: boolean) => {
  const others = idsIn(contact.tags).filter((tag) => tag !== id)
  await changeContact(sql, contact, { tags: JSON.stringify(on ? [...others, id] : others) })
}
