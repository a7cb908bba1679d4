import { Clock, Duration, Effect } from "effect"
import { Customers } from "../customers/customers.ts"
import { CustomerId } from "../customers/model.ts"
import type { Member } from "../customers/segment.ts"
import { Database } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Seal } from "../database/seal.ts"
import { again } from "../tasks/kind.ts"
import { beijingDate } from "../values/beijing.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { sendMass } from "../wechat/mass-messages.ts"
import { decodeMass, type Mass } from "./mass-model.ts"
import {
  changePart,
  countSent,
  findFull,
  findMass,
  type MassRow,
  massTables,
  type PartRow,
  partsOf
} from "./mass-store.ts"
import { setbackOf } from "./outcome.ts"
import { quietUntil } from "./restraint.ts"

/** What seals a mass message, and each part of it. */
export const massPlace = (id: string, number = 0) => `weir_masses:${id}:${number}`

/** Sends the next part of a mass message, and says when it goes on. */
export const makeMassSending = Effect.gen(function* () {
  const accounts = yield* Accounts
  const api = yield* Effect.context<WechatApi | Accounts>()
  const customers = yield* Customers
  const database = yield* Database
  const pseudonyms = yield* Pseudonyms
  const { open, seal } = yield* Seal
  const contactOf = (appid: string) => (openid: string) => pseudonyms.of("openid", appid, openid)

  const fail = (id: string, why: string) =>
    Effect.asVoid(
      database.write(`mass:${id}`, (sql) =>
        massTables(sql)
          .updateTable("weir_masses")
          .set({ state: "failed", why: why.slice(0, 128) })
          .where("id", "=", id)
          .execute()
      )
    )

  /** Those of the segment who come next and have not had four this month. */
  const nextOf = Effect.fnUntraced(function* (row: MassRow, mass: Mass, month: number) {
    const { appid, did = [], entity } = mass
    const page = (after: string | undefined, limit: number) =>
      customers.segment({ appid, did }, entity, { limit, after })
    const found: Array<Member> = []
    let after = row.cursor ?? undefined
    do {
      const some = yield* page(after, most)
      const full = yield* database.read((sql) =>
        findFull(
          sql,
          some.items.map(({ openid }) => contactOf(appid)(openid)),
          month,
          perMonth
        )
      )
      found.push(...some.items.filter(({ openid }) => !full.has(contactOf(appid)(openid))))
      after = some.next
    } while (after !== undefined && found.length < 2)
    if (after === undefined) return { found, next: undefined }
    // WeChat sends to two at the least, so the last one goes with those before.
    const rest = yield* page(after, 2)
    return rest.next === undefined && rest.items.length === 1
      ? { found: [...found, ...rest.items], next: undefined }
      : { found, next: after }
  })

  const begin = Effect.fnUntraced(function* (row: MassRow, mass: Mass, now: number) {
    const { found, next } = yield* nextOf(row, mass, monthOf(now))
    const number = row.parts + 1
    const isEnough = found.length >= 2
    const people = found.map(({ customer, openid }) => `${customer} ${openid}`)
    const sealed = seal(Buffer.from(people.join()), massPlace(row.id, number))
    const part: PartRow = {
      mass: row.id,
      number,
      people: found.length,
      openids: sealed,
      cursor: next ?? null,
      attempted_at: now,
      message_id: null
    }
    return yield* database.write(`mass:${row.id}`, async (sql) => {
      if (isEnough) {
        await massTables(sql).insertInto("weir_mass_parts").values(part).execute()
        return part
      }
      const end =
        row.parts > 0
          ? ({ state: "sent" } as const)
          : ({ state: "failed", why: "fewer than two people agreed to it" } as const)
      await massTables(sql).updateTable("weir_masses").set(end).where("id", "=", row.id).execute()
      return undefined
    })
  })

  const send = Effect.fnUntraced(function* (
    row: MassRow,
    mass: Mass,
    account: Account,
    part: PartRow
  ) {
    const { number, openids: sealed } = part
    if (sealed === null) return
    const people = membersIn(Buffer.from(open(sealed, massPlace(row.id, number))).toString())
    const openids = people.map(({ openid }) => openid)
    const asked = yield* Effect.result(
      Effect.provideContext(
        sendMass(account, { to: "people", openids }, mass.content, `${row.id}-${number}`),
        api
      )
    )
    const now = yield* Clock.currentTimeMillis
    const mine = { mass: row.id, number }
    if (asked._tag === "Success") {
      const { messageId } = asked.success
      yield* database.write(`mass:${row.id}`, async (sql) => {
        await changePart(sql, mine, { openids: null, message_id: messageId })
        await countSent(sql, openids.map(contactOf(account.appid)), monthOf(now))
        const told = { kind: "told", at: now, data: { mass: mass.key } }
        for (const { customer } of people)
          await customers.note(sql, customer, { ...told, once: `mass:${row.id}:${customer}` })
        await massTables(sql)
          .updateTable("weir_masses")
          .set({
            parts: number,
            cursor: part.cursor,
            ...(part.cursor === null && { state: "sent" })
          })
          .where("id", "=", row.id)
          .execute()
      })
      return part.cursor === null ? undefined : again("1 second")
    }
    const setback = setbackOf(asked.failure)
    // WeChat tells a repeat of the same from another for a day.
    if (setback.next === "unknown")
      return now < part.attempted_at + sameKeyFor
        ? again("2 minutes")
        : yield* fail(row.id, setback.why)
    if (setback.next === "another way") return yield* fail(row.id, setback.why)
    // Nothing was sent: who is meant is looked up again, as people change their minds.
    yield* database.write(`mass:${row.id}`, (sql) =>
      massTables(sql)
        .deleteFrom("weir_mass_parts")
        .where("mass", "=", row.id)
        .where("number", "=", number)
        .execute()
    )
    return again(Math.max((setback.until ?? now + 60_000) - now, 1_000))
  })

  return Effect.fnUntraced(function* (id: string) {
    const row = yield* database.read((sql) => findMass(sql, id))
    if (row === undefined || row.state !== "sending") return
    const now = yield* Clock.currentTimeMillis
    const account = accounts.byAppid(row.appid)
    if (account === undefined) return yield* fail(id, "the account is not configured any more")
    const parts = yield* database.read((sql) => partsOf(sql, id))
    const begun = parts.find(({ openids }) => openids !== null)
    const quiet = quietUntil(now)
    if (begun === undefined && quiet !== undefined) return again(quiet - now)
    const mass = decodeMass(Buffer.from(open(row.content, massPlace(id))).toString())
    const part = begun ?? (yield* begin(row, mass, now))
    return part && (yield* send(row, mass, account, part))
  })
})

/** As many as fit in a row with their numbers; WeChat takes 10 000. */
const most = 1_000

const membersIn = (text: string): ReadonlyArray<Member> =>
  text.split(",").map((one) => {
    const [customer = "", openid = ""] = one.split(" ")
    return { customer: CustomerId.make(customer), openid }
  })

/** WeChat gives each person of a service account four a month, and leaves out the rest without a word. */
const perMonth = 4

const sameKeyFor = Duration.toMillis("23 hours")

const monthOf = (now: number): number => Number(beijingDate(now).slice(0, 6))
