import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { shoppers } from "../model.ts"
import { randomText } from "../random.ts"
import { Accounts } from "./accounts.ts"
import { openidOf } from "./model.ts"
import { type ContactRow, changeContact, contactAt, type PersonRow, platform } from "./store.ts"

/** Somebody with a phone, and what they are to each account. */
export interface Person extends PersonRow {
  readonly contacts: ReadonlyArray<ContactRow>
}

export interface NewPerson {
  readonly name?: string | undefined
  readonly openid?: string | undefined
  readonly follows?: boolean | undefined
}

/** The people of this WeChat. An openid of any account names one person. */
export class People extends Context.Service<
  People,
  {
    readonly all: Effect.Effect<ReadonlyArray<Person>>
    find(openid: string): Effect.Effect<Person | undefined>
    /** What the person of an openid, whichever account's it is, is to this account. */
    contact(appid: string, openid: string): Effect.Effect<ContactRow | undefined>
    add(people: ReadonlyArray<NewPerson>): Effect.Effect<ReadonlyArray<Person>>
    change(contact: ContactRow, changes: Partial<ContactRow>): Effect.Effect<ContactRow>
  }
>()("wechat-sandbox/People") {
  static readonly layer = Layer.effect(
    People,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const clock = yield* WechatClock
      const database = yield* Database

      const find = Effect.fnUntraced(function* (openid: string) {
        return yield* database.read(async (sql) => {
          const person = await personOf(sql, openid)
          return person && withContacts(sql, person)
        })
      })

      const contact = Effect.fnUntraced(function* (appid: string, openid: string) {
        return yield* database.read(async (sql) => {
          const person = await personOf(sql, openid)
          return person && contactAt(sql, appid, person.id)
        })
      })

      const add = Effect.fnUntraced(function* (wanted: ReadonlyArray<NewPerson>) {
        const at = yield* clock.now
        const all = yield* accounts.all
        const made: Array<Person> = []
        for (const [order, { follows = false, name = "新用户", openid }] of wanted.entries()) {
          const id = openid ?? `o${yield* randomText(27)}`
          const contacts = all.map((account, place) =>
            newContact(account.appid, id, place === 0, follows && place === 0, at)
          )
          made.push({ id, name, created_at: at + order, contacts })
        }
        yield* database.write("people", (sql) => insert(sql, made))
        return made
      })

      const change = (contact: ContactRow, changes: Partial<ContactRow>) =>
        database.write(`contact:${contact.openid}`, (sql) => changeContact(sql, contact, changes))

      const all = database.read(async (sql) => {
        const people = await platform(sql)
          .selectFrom("sandbox_people")
          .selectAll()
          .orderBy("created_at")
          .orderBy("id")
          .execute()
        const contacts = await platform(sql).selectFrom("sandbox_contacts").selectAll().execute()
        const byPerson = Map.groupBy(contacts, ({ person }) => person)
        return people.map((person) => ({ ...person, contacts: byPerson.get(person.id) ?? [] }))
      })

      if ((yield* find(shoppers[0].openid)) === undefined) {
        // The second shopper is the silent one: follows nothing, has agreed to nothing.
        yield* add(
          shoppers.map(({ name, openid }, place) => ({ name, openid, follows: place !== 1 }))
        )
      }
      return People.of({ all, find, contact, add, change })
    })
  )
}

const newContact = (
  appid: string,
  person: string,
  isMain: boolean,
  follows: boolean,
  at: number
): ContactRow => ({
  appid,
  person,
  openid: isMain ? person : openidOf(appid, person),
  follows: follows ? 1 : 0,
  followed_at: follows ? at : 0,
  scene: "ADD_SCENE_SEARCH",
  qr_scene: "",
  remark: "",
  tags: "[]",
  blacklisted: 0,
  refuses: 0,
  session_key: null
})

const insert = async (sql: Sql, people: ReadonlyArray<Person>) => {
  for (let from = 0; from < people.length; from += atOnce) {
    const some = people.slice(from, from + atOnce)
    await platform(sql)
      .insertInto("sandbox_people")
      .values(some.map(({ created_at, id, name }) => ({ created_at, id, name })))
      .execute()
    await platform(sql)
      .insertInto("sandbox_contacts")
      .values(some.flatMap(({ contacts }) => contacts))
      .execute()
  }
}

const atOnce = 250

const personOf = async (sql: Sql, openid: string) =>
  platform(sql)
    .selectFrom("sandbox_contacts")
    .innerJoin("sandbox_people", "sandbox_people.id", "sandbox_contacts.person")
    .selectAll("sandbox_people")
    .where("sandbox_contacts.openid", "=", openid)
    .executeTakeFirst()

const withContacts = async (sql: Sql, person: PersonRow): Promise<Person> => ({
  ...person,
  contacts: await platform(sql)
    .selectFrom("sandbox_contacts")
    .selectAll()
    .where("person", "=", person.id)
    .execute()
})

export const isFollower = (contact: ContactRow | undefined): contact is ContactRow =>
  contact !== undefined && contact.follows === 1
