import { Clock, Effect, Result } from "effect"
import type { Action } from "../customers/contacts.ts"
import { Database, type Sql } from "../database/database.ts"
import { again } from "../tasks/kind.ts"
import { raiseTodo } from "../tasks/todos.ts"
import { endOfDay } from "../values/beijing.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { choose, fieldsBy, type Nobody } from "./choosing.ts"
import type { Content } from "./content.ts"
import { capFor, takeOf } from "./counting.ts"
import { type Books, moveOn } from "./ending.ts"
import { Fallback } from "./fallback.ts"
import { type Dispatch, dispatch, proseOf } from "./message.ts"
import type { Notice } from "./notice.ts"
import { setbackOf } from "./outcome.ts"
import { dayOf, mostPerDay, quietUntil, staleAfter } from "./restraint.ts"
import { isSafeToRepeat, makeSettling } from "./settling.ts"
import { change, findNotice, move, type NoticeRow, removeNotices } from "./store.ts"
import { findTemplates } from "./templates.ts"

interface Sending extends Books {
  /** What a plugin declared. */
  readonly declared: (plugin: string, notice: string) => Notice | undefined
  readonly perDay: number
}

/** Does what is to be done about a notice now, and says when it goes on. */
export const makeSend = Effect.fnUntraced(function* (given: Sending) {
  const database = yield* Database
  const accounts = yield* Accounts
  const fallback = yield* Fallback
  const api = yield* Effect.context<WechatApi>()
  const { accepted, end, hold, lost, refused } = yield* makeSettling(given)
  const { customers, declared, perDay, sealing } = given
  const choosing = { accounts, customers, database }
  const write = <A>(row: NoticeRow, work: (sql: Sql) => Promise<A>) =>
    database.write(`notice:${row.id}`, work)
  const look = (id: string) => database.read((sql) => findNotice(sql, id))

  const sendOff = (way: Dispatch) =>
    Effect.result(Effect.provideContext(Effect.mapError(dispatch(way), setbackOf), api))

  /** Takes up an attempt of which nobody wrote down what became of it. Of a repeat only a yes tells that. */
  const resume = Effect.fnUntraced(function* (row: NoticeRow, notice: Notice, content: Content) {
    const now = yield* Clock.currentTimeMillis
    const { appid, channel, template } = row
    const account = accounts.byAppid(appid ?? "")
    const identities = yield* customers.identitiesOf(row.customer)
    const openid = identities.find(
      ({ kind, value, within }) =>
        kind === "openid" && within === appid && sealing.contactOf(within, value) === row.contact
    )?.value
    if (account === undefined || openid === undefined || channel === null || channel === "fallback")
      return yield* end(row, "unknown", "cut off while it was sent", now)
    const rows = yield* database.read((sql) => findTemplates(sql, row.plugin, row.notice))
    const filled = fieldsBy(rows, account.appid, template ?? "", content)
    const fields = "fields" in filled ? filled.fields : {}
    const to = { id: row.id, account, openid, channel, template: template ?? "" }
    const way: Dispatch = { ...to, content, notice, fields }
    if (!isSafeToRepeat(row, now)) return yield* lost(row, way, "nobody knows whether it was sent")
    const outcome = yield* sendOff(way)
    return yield* Result.isSuccess(outcome)
      ? accepted(row, way, outcome.success.messageId)
      : lost(row, way, outcome.failure.why)
  })

  /** Counts an attempt and writes it down, before WeChat hears of it; nothing, if they have had enough today. */
  const mark = (
    row: NoticeRow,
    way: Dispatch,
    action: Action | undefined,
    notice: Notice,
    now: number
  ) =>
    write(row, async (sql) => {
      const day = dayOf(now)
      if (row.counted_day === null) {
        const cap = notice.purpose === "urgent" ? mostPerDay : await capFor(sql, row, perDay, now)
        if (!(await takeOf(sql, row.customer, day, cap))) return undefined
      }
      const isOurs = await change(sql, row, {
        counted_day: row.counted_day ?? day,
        channel: way.channel,
        appid: way.account.appid,
        contact: sealing.contactOf(way.account.appid, way.openid),
        template: way.template === "" ? null : way.template,
        action: action ?? null,
        attempted_at: now
      })
      // Whoever took it up meanwhile may be sending it.
      if (!isOurs) throw new Error(`Notice ${row.id} is in other hands`)
      return await findNotice(sql, row.id)
    })

  /** Tells it by another way than WeChat's. Written down before: whoever is cut off in between tells nobody twice. */
  const anotherWay = Effect.fnUntraced(function* (
    row: NoticeRow,
    phone: string,
    text: string,
    now: number
  ) {
    const marked = yield* write(row, async (sql) => {
      const isOurs = await change(sql, row, { channel: "fallback", attempted_at: now })
      return isOurs ? findNotice(sql, row.id) : undefined
    })
    // In other hands by now.
    if (marked === undefined) return true
    if (yield* fallback.send({ id: row.id, phone, text })) {
      yield* write(row, (sql) => moveOn(sql, given, marked, "sent", now))
      return true
    }
    yield* write(row, (sql) => change(sql, marked, { channel: row.channel, attempted_at: null }))
    return false
  })

  /** No channel of WeChat's is open: somebody must name a template, there is another way, or it cannot be told. */
  const unreached = Effect.fnUntraced(function* (
    row: NoticeRow,
    notice: Notice,
    content: Content,
    { isUnmapped, not }: Nobody
  ) {
    const now = yield* Clock.currentTimeMillis
    if (isUnmapped) {
      yield* database.write(`todo:${row.plugin}.${row.notice}`, (sql) =>
        raiseTodo(sql, unmapped(row, now))
      )
      return yield* hold(row, now + anHour, noTemplate)
    }
    const { phone } = yield* customers.profile(row.customer)
    if (phone !== undefined) {
      const isTold = yield* anotherWay(row, phone, proseOf(notice, content), now)
      if (isTold) return undefined
    }
    // Who never was asked has not refused.
    const isNo = not === "blocked" || (not === "not subscribed" && row.channel !== null)
    const left = yield* look(row.id)
    const why = row.why ?? not
    return left && (yield* end(left, isNo ? "refused by user" : "failed", why, now))
  })

  /** One channel after another, until one does or none is left. */
  const tryAll = Effect.fnUntraced(function* (first: NoticeRow, notice: Notice, content: Content) {
    const closed = new Set<string>()
    for (let row: NoticeRow | undefined = first; row !== undefined; row = yield* look(first.id)) {
      const now = yield* Clock.currentTimeMillis
      const choice = yield* choose(choosing, row, notice, content, closed)
      if (choice.way === undefined) return yield* unreached(row, notice, content, choice)
      const { action, unfit, way } = choice
      if (way.template !== "") closed.add(way.template)
      if (unfit !== undefined) {
        yield* refused(row, way, fieldUnfit(unfit))
        continue
      }
      const marked: NoticeRow | undefined = yield* mark(row, way, action, notice, now)
      if (marked === undefined) return yield* hold(row, tomorrow(now), "enough for today")
      const outcome = yield* sendOff(way)
      if (Result.isSuccess(outcome)) return yield* accepted(marked, way, outcome.success.messageId)
      const { failure } = outcome
      if (failure.next === "unknown") return yield* lost(marked, way, failure.why)
      if (failure.next === "wait")
        return yield* hold(marked, failure.until ?? now + pauseAfter(row.tries), failure.why)
      yield* refused(marked, way, failure)
      // Nothing has been learnt by which another choice would be made.
      if (failure.lesson === "none" && way.template === "") {
        const left = yield* look(row.id)
        return left && (yield* end(left, "failed", failure.why, now))
      }
    }
    return undefined
  })

  /** Takes a notice up that waits or is held; else nothing is to be done, or later. */
  const takeUp = Effect.fnUntraced(function* (id: string) {
    const row = yield* look(id)
    if (row === undefined || (row.state !== "waiting" && row.state !== "held")) return undefined
    const now = yield* Clock.currentTimeMillis
    if (row.state === "held" && (row.held_until ?? 0) > now)
      return again((row.held_until ?? 0) - now)
    const customer = yield* customers.current(row.customer)
    return yield* write(row, async (sql) => {
      if (customer === undefined) {
        await removeNotices(sql, [id])
        return undefined
      }
      const taken = { customer, held_until: null }
      if (row.state === "held") await move(sql, row, "waiting", now, taken)
      else if (row.customer !== customer) await change(sql, row, taken)
      return findNotice(sql, id)
    })
  })

  return Effect.fnUntraced(function* (id: string) {
    const row = yield* takeUp(id)
    if (row === undefined || !("content" in row)) return row
    const now = yield* Clock.currentTimeMillis
    const notice = declared(row.plugin, row.notice)
    if (notice === undefined)
      return yield* end(row, "failed", "no plugin declares it any more", now)
    const content = sealing.opened(id, row.content)
    if (row.attempted_at !== null) return yield* resume(row, notice, content)
    if (now > row.created_at + staleAfter) return yield* end(row, "failed", "too late", now)
    const quiet = notice.purpose === "urgent" ? undefined : quietUntil(now)
    if (quiet !== undefined) return yield* hold(row, quiet, "quiet hours")
    return yield* tryAll(row, notice, content)
  })
})

/** Why a notice is held until somebody names a template. */
export const noTemplate = "no template"

const anHour = 3_600_000

const fieldUnfit = (field: string) =>
  ({ next: "another way", lesson: "field wrong", field, why: "what it says does not fit" }) as const

/** Nothing reached WeChat: longer each time, a quarter of an hour at most. */
const pauseAfter = (tries: number): number => Math.min(30_000 * 2 ** tries, 900_000)

/** When the next day's count begins and nobody is woken. */
const tomorrow = (now: number): number => quietUntil(endOfDay(now)) ?? endOfDay(now)

const unmapped = ({ notice, plugin }: NoticeRow, at: number) => ({
  kind: "notice.unmapped",
  subject: `${plugin}.${notice}`,
  detail: `Notice ${plugin}.${notice} has no template at any account; see weir notices map`,
  at
})
