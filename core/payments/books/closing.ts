import { Clock, Effect, Schema } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { Events } from "../../tasks/events.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { dayOf, moveDay } from "./days.ts"
import { MatchDay, matchKey } from "./kinds.ts"
import { BooksBalanced } from "./model.ts"
import { adjust, postIn } from "./postings.ts"
import { type DayRow, type DayState, tables } from "./store.ts"
import { totalsOf } from "./totals.ts"

/** There are no books of this day. */
export class DayUnknown extends Schema.TaggedError<DayUnknown>()("DayUnknown", {
  day: Schema.String
}) {
  readonly status = 404
  override readonly message = "There are no books of this day"
}

/** The day stands elsewhere than what is asked of it needs. */
export class DayElsewhere extends Schema.TaggedError<DayElsewhere>()("DayElsewhere", {
  state: Schema.String
}) {
  readonly status = 409
  override readonly message = `The books of this day are ${this.state}`
}

/** Somebody must say why a day is closed that has open differences. */
export class DifferencesOpen extends Schema.TaggedError<DifferencesOpen>()("DifferencesOpen", {
  count: Schema.Int
}) {
  readonly status = 409
  override readonly message =
    `${this.count} differences of this day are open: explain them, or say why it is closed all the same`
}

/** Why a day stays where it is. */
export type DayRefused = DayUnknown | DayElsewhere | DifferencesOpen

/** Closes days, posts what they come to, locks them once that is confirmed, and opens them again for people. */
export const makeClosing = Effect.gen(function* () {
  const database = yield* Database
  const events = yield* Events
  const merchants = yield* Merchants
  const tasks = yield* Tasks

  /** Does something with a day's row, alone; what it refuses with has changed nothing. */
  const onDay = Effect.fnUntraced(function* (
    merchant: string,
    day: string,
    work: (sql: Sql, row: DayRow, now: number) => Promise<DayRefused | undefined>
  ): Effect.fn.Return<void, DayRefused> {
    const now = yield* Clock.currentTimeMillis
    const refused = yield* database.write(`books:${merchant}:${day}`, async (sql) => {
      const row = await dayOf(sql, merchant, day)
      return row === undefined ? new DayUnknown({ day }) : work(sql, row, now)
    })
    if (refused !== undefined) return yield* refused
  })

  const move = async (sql: Sql, row: DayRow, to: DayState, now: number, reason?: string) =>
    (await moveDay(sql, row, to, now, reason ?? null))
      ? undefined
      : new DayElsewhere({ state: row.state })

  const post = async (sql: Sql, merchant: string, day: string, now: number) => {
    await adjust(sql, merchant, day, await totalsOf(sql, merchant, day), now)
    const entity = merchants.entityOf(merchant)?.name ?? merchant
    const waiting = await postIn(sql, merchant, day)
    for (const { day: about, fee, gross, id: posting, net, refunds, store } of waiting)
      await events.publishToAll(sql, BooksBalanced, `books:${merchant}:${store}`, {
        ...{ posting, merchant, entity, store, day, about, gross, refunds, fee, net }
      })
    return waiting.length
  }

  /** Closes a day: with its open differences, only for a reason. A day on which nothing happened is locked at once. */
  const close = (merchant: string, day: string, reason?: string) =>
    onDay(merchant, day, async (sql, row, now) => {
      const count = reason === undefined ? await openOn(sql, merchant, day) : 0
      if (count > 0) return new DifferencesOpen({ count })
      const refused = await move(sql, row, "closed", now, reason)
      if (refused !== undefined) return refused
      if ((await post(sql, merchant, day, now)) > 0) return undefined
      const closed = await dayOf(sql, merchant, day)
      return closed === undefined ? undefined : move(sql, closed, "locked", now, "nothing to post")
    })

  const lock = (merchant: string, day: string, reason: string) =>
    onDay(merchant, day, (sql, row, now) => move(sql, row, "locked", now, reason))

  /** Opens a closed or locked day again, and has it matched anew. */
  const reopen = (merchant: string, day: string, reason: string) =>
    onDay(merchant, day, async (sql, row, now) => {
      const refused = await move(sql, row, "open", now, reason)
      if (refused !== undefined) return refused
      const payload = { merchant, day }
      await tasks.ensure(sql, MatchDay, { key: matchKey(merchant, day), payload })
      return undefined
    })

  /** The old system has a posting; with its last one the day is locked. May be said again. */
  const posted = Effect.fnUntraced(function* (posting: string) {
    const now = yield* Clock.currentTimeMillis
    const row = yield* database.read((sql) => postingOf(sql, posting))
    if (row?.posted_in == null) return
    const { merchant, posted_in: day } = row
    yield* database.write(`books:${merchant}:${day}`, async (sql) => {
      await tables(sql)
        .updateTable("weir_book_postings")
        .set({ confirmed_at: now })
        .where("id", "=", posting)
        .where("confirmed_at", "is", null)
        .execute()
      const left = await tables(sql)
        .selectFrom("weir_book_postings")
        .select("id")
        .where("merchant", "=", merchant)
        .where("posted_in", "=", day)
        .where("confirmed_at", "is", null)
        .limit(1)
        .executeTakeFirst()
      const closed = await dayOf(sql, merchant, day)
      if (left === undefined && closed?.state === "closed")
        await moveDay(sql, closed, "locked", now, "posted")
    })
  })

  return { close, lock, posted, reopen }
})

const postingOf = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_book_postings").selectAll().where("id", "=", id).executeTakeFirst()

const openOn = async (sql: Sql, merchant: string, day: string): Promise<number> => {
  const row = await tables(sql)
    .selectFrom("weir_book_differences")
    .select(({ fn }) => [fn.countAll().as("count")])
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .where("state", "=", "open")
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}
