import { createHash } from "node:crypto"
import { Context, Duration, Effect, Layer } from "effect"
import { beijingDate, Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { WechatClock } from "../clock.ts"
import { randomDigits } from "../random.ts"
import { Accounts } from "./accounts.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import { add } from "./messages.ts"
import { type Account, platformLives } from "./model.ts"
import { Pushes } from "./pushes.ts"
import { type ContactRow, contactOf, count, type MassRow, platform, usedOf } from "./store.ts"

export interface MassMessage {
  readonly kind: string
  readonly content: object
  /** Openids, or everybody. */
  readonly audience: ReadonlyArray<string>
  readonly toAll: boolean
  readonly clientKey: string | undefined
}

/** Messages to many at once: taken at once, sent a moment later, and filtered for those who have had theirs of the month. */
export class Mass extends Context.Service<
  Mass,
  {
    send(account: Account, message: MassMessage): Effect.Effect<MassRow, Errcode>
    /** To one person, at once, and counted nowhere. */
    preview(contact: ContactRow, kind: string, content: object): Effect.Effect<void>
    find(account: Account, msgId: string): Effect.Effect<MassRow, Errcode>
    remove(account: Account, msgId: string): Effect.Effect<void, Errcode>
    /** The openids of followers, of a tag or of all. */
    followers(account: Account, tag: number | undefined): Effect.Effect<ReadonlyArray<string>>
  }
>()("wechat-sandbox/Mass") {
  static readonly layer = Layer.effect(
    Mass,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const agenda = yield* Agenda
      const clock = yield* WechatClock
      const database = yield* Database
      const pushes = yield* Pushes

      const send = Effect.fnUntraced(function* (account: Account, message: MassMessage) {
        const { audience, content, kind, toAll } = message
        const client_key = message.clientKey ?? digestOf(message)
        if (Buffer.byteLength(client_key) > 64) return yield* no(45067)
        const at = yield* clock.now
        const row: MassRow = {
          msg_id: `3${yield* randomDigits(18)}`,
          msg_data_id: `2${yield* randomDigits(9)}`,
          appid: account.appid,
          client_key,
          kind,
          body: JSON.stringify(content),
          audience: JSON.stringify(audience),
          to_all: toAll ? 1 : 0,
          state: "SENDING",
          at
        }
        return yield* decide(database, `mass:${account.appid}`, async (sql) => {
          const before = await sentBefore(sql, row)
          if (before !== undefined) {
            const known = { msg_id: BigInt(before.msg_id) }
            return no(at - before.at < platformLives.massPause ? 45066 : 45065, "", known)
          }
          if (!(await mayStill(sql, account, toAll, at))) return no(45028)
          await platform(sql).insertInto("sandbox_mass").values(row).execute()
          await agenda.add(sql, { kind: "mass", subject: row.msg_id, due: at + sentAfter })
          return row
        })
      })

      const find = Effect.fnUntraced(function* ({ appid }: Account, msgId: string) {
        const row = yield* database.read((sql) => massOf(sql, msgId))
        return row?.appid === appid ? row : yield* no(40097)
      })

      const preview = Effect.fnUntraced(function* (
        { appid, openid }: ContactRow,
        kind: string,
        content: object
      ) {
        const at = yield* clock.now
        const id = `2${yield* randomDigits(18)}`
        const body = JSON.stringify(content)
        const message = { appid, openid, way: "mass", kind, body, state: "success", at } as const
        yield* database.write(`contact:${openid}`, (sql) =>
          add(sql, { ...message, id, client_key: null })
        )
      })

      const remove = Effect.fnUntraced(function* (account: Account, msgId: string) {
        const { msg_id } = yield* find(account, msgId)
        yield* database.write(`mass:${msg_id}`, (sql) => changeMass(sql, msg_id, "DELETE"))
      })

      const followers = ({ appid }: Account, tag: number | undefined) =>
        database.read(async (sql) => {
          const rows = await platform(sql)
            .selectFrom("sandbox_contacts")
            .select(["openid", "tags"])
            .where("appid", "=", appid)
            .where("follows", "=", 1)
            .orderBy("openid")
            .execute()
          const tagged = (tags: string) =>
            (JSON.parse(tags) as ReadonlyArray<number>).includes(tag ?? 0)
          return rows
            .filter(({ tags }) => tag === undefined || tagged(tags))
            .map(({ openid }) => openid)
        })

      yield* agenda.handle(
        "mass",
        Effect.fnUntraced(function* (msgId) {
          const row = yield* database.read((sql) => massOf(sql, msgId))
          const account = yield* accounts.byAppid(row?.appid ?? "")
          if (row === undefined || account === undefined || row.state !== "SENDING")
            return undefined
          const at = yield* clock.now
          const openids: ReadonlyArray<string> = JSON.parse(row.audience)
          const ids = yield* Effect.forEach(openids, () => randomDigits(18))
          const sent = yield* database.write(`mass:${msgId}`, async (sql) => {
            const sent = await deliver(sql, account, row, openids, ids, at)
            await changeMass(sql, msgId, "SEND_SUCCESS")
            return sent
          })
          const push = yield* pushes.write(account, sender, finished(row, openids.length, sent))
          yield* database.write(`mass:${msgId}`, (sql) => pushes.post(sql, push))
          return undefined
        })
      )

      return Mass.of({ send, preview, find, remove, followers })
    })
  )
}

const sentAfter = Duration.toMillis("2 seconds")
/** Whom WeChat names as the one the result comes from. */
const sender = "oWeChatMassSender00000000000"
const mostAMonth = 4

/** Who says no key gets one from what is sent to whom, so that the same twice is taken for a repetition. */
const digestOf = ({ audience, content, kind }: MassMessage) =>
  createHash("md5")
    .update(JSON.stringify([audience, kind, content]))
    .digest("hex")

const massOf = (sql: Sql, msgId: string) =>
  platform(sql)
    .selectFrom("sandbox_mass")
    .selectAll()
    .where("msg_id", "=", msgId)
    .executeTakeFirst()

const sentBefore = (sql: Sql, { appid, at, client_key }: MassRow) =>
  platform(sql)
    .selectFrom("sandbox_mass")
    .selectAll()
    .where("appid", "=", appid)
    .where("client_key", "=", client_key)
    .where("at", ">", at - platformLives.sameMass)
    .executeTakeFirst()

const changeMass = async (sql: Sql, msgId: string, state: MassRow["state"]) => {
  await platform(sql)
    .updateTable("sandbox_mass")
    .set({ state })
    .where("msg_id", "=", msgId)
    .execute()
}

/** Counts one, if one is left: a subscription account has one a day, a service account's history takes one a day and four a month. */
const mayStill = async (sql: Sql, { appid, kind }: Account, toAll: boolean, at: number) => {
  if (kind === "service" && !toAll) return true
  const today = beijingDate(at)
  const month = today.slice(0, 6)
  if ((await usedOf(sql, appid, "mass", today)) >= 1) return false
  if (kind === "service" && (await usedOf(sql, appid, "mass", month)) >= mostAMonth) return false
  await count(sql, appid, "mass", today)
  await count(sql, appid, "mass", month)
  return true
}

/** How many were sent; the others do not follow, take no messages, or have had their four of this month. */
const deliver = async (
  sql: Sql,
  { appid, kind: accountKind }: Account,
  { body, kind }: MassRow,
  openids: ReadonlyArray<string>,
  ids: ReadonlyArray<string>,
  at: number
): Promise<number> => {
  const month = beijingDate(at).slice(0, 6)
  let sent = 0
  for (const [place, openid] of openids.entries()) {
    const contact = await contactOf(sql, appid, openid)
    if (contact?.follows !== 1 || contact.refuses === 1 || contact.blacklisted === 1) continue
    const had = await usedOf(sql, appid, `mass:${openid}`, month)
    if (accountKind === "service" && had >= mostAMonth) continue
    await count(sql, appid, `mass:${openid}`, month)
    const message = { appid, openid, way: "mass", kind, body, state: "success", at } as const
    await add(sql, { ...message, id: `2${ids[place]}`, client_key: null })
    sent++
  }
  return sent
}

const finished = ({ kind, msg_id }: MassRow, total: number, sent: number) => ({
  MsgType: "event",
  Event: "MASSSENDJOBFINISH",
  MsgID: BigInt(msg_id),
  Status: "send success",
  TotalCount: total,
  FilterCount: total - sent,
  SentCount: sent,
  ErrorCount: 0,
  ...(kind === "mpnews" && {
    CopyrightCheckResult: { Count: 0, ResultList: "", CheckState: 2 },
    ArticleUrlResult: { Count: 0, ResultList: "" }
  })
})
