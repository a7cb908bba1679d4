import { Clock, Duration, Effect } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { again } from "../tasks/kind.ts"
import { giveBack } from "./counting.ts"
import { type Books, moveOn } from "./ending.ts"
import { learn } from "./lessons.ts"
import type { Dispatch } from "./message.ts"
import type { NoticeState } from "./model.ts"
import type { Setback } from "./outcome.ts"
import { adoptResult } from "./results.ts"
import { change, move, type NoticeRow } from "./store.ts"

/** WeChat delivers one of those under one key within ten minutes, and promises nothing after (platform guide, §5.1). */
const sameKeyFor = Duration.toMillis("10 minutes")

/** Whether a template message may be sent again under its key. */
export const isSafeToRepeat = ({ attempted_at, channel }: NoticeRow, now: number): boolean =>
  channel === "template" && now < (attempted_at ?? 0) + sameKeyFor

/** Writes down how a notice stands after a try. */
export const makeSettling = Effect.fnUntraced(function* (books: Books) {
  const database = yield* Database
  const { contacts } = books.customers
  const write = <A>(row: NoticeRow, work: (sql: Sql) => Promise<A>) =>
    database.write(`notice:${row.id}`, work)

  /** What of the person's allowances a message used up. */
  const spend = async (sql: Sql, { action }: NoticeRow, way: Dispatch) => {
    const contact = { appid: way.account.appid, openid: way.openid }
    if (way.channel === "subscription") await contacts.spend(sql, contact, way.template)
    if (way.channel === "custom" && action !== null) await contacts.wrote(sql, contact, action)
  }

  return {
    /** It goes no further, and did not reach them. */
    end: (row: NoticeRow, to: NoticeState, why: string, now: number) =>
      write(row, async (sql) => {
        await giveBack(sql, row)
        await moveOn(sql, books, row, to, now, { why })
      }),

    /** Not now: the notice says so, and when it goes on. */
    hold: Effect.fnUntraced(function* (row: NoticeRow, until: number, why: string) {
      const now = yield* Clock.currentTimeMillis
      yield* write(row, async (sql) => {
        await giveBack(sql, row)
        const forgotten = { counted_day: null, attempted_at: null, tries: row.tries + 1 }
        await move(sql, row, "held", now, { ...forgotten, held_until: until, why })
      })
      return again(Math.max(until - now, 1_000))
    }),

    /** WeChat took it, which is not delivery. */
    accepted: Effect.fnUntraced(function* (
      row: NoticeRow,
      way: Dispatch,
      messageId: string | undefined
    ) {
      const now = yield* Clock.currentTimeMillis
      yield* write(row, async (sql) => {
        const changes = { message_id: messageId ?? null }
        if (!(await moveOn(sql, books, row, "sent", now, changes))) return
        await spend(sql, row, way)
        await adoptResult(sql, books, row.id)
      })
    }),

    /** It may have been sent: where WeChat tells a repeat from another message it is tried again, else it stays unknown. */
    lost: Effect.fnUntraced(function* (row: NoticeRow, way: Dispatch, why: string) {
      const now = yield* Clock.currentTimeMillis
      if (isSafeToRepeat(row, now)) return again("1 minute")
      yield* write(row, async (sql) => {
        if (!(await moveOn(sql, books, row, "unknown", now, { why }))) return
        await spend(sql, row, way)
        await adoptResult(sql, books, row.id)
      })
      return undefined
    }),

    /** WeChat said no, and what that teaches is remembered. */
    refused: Effect.fnUntraced(function* (
      row: NoticeRow,
      way: Dispatch,
      setback: Extract<Setback, { readonly next: "another way" }>
    ) {
      const now = yield* Clock.currentTimeMillis
      yield* write(row, async (sql) => {
        await learn(sql, books.customers, row, way, setback, now)
        await change(sql, row, { attempted_at: null, why: setback.why.slice(0, 128) })
      })
    })
  }
})
