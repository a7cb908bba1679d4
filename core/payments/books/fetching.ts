import { Clock, Effect } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { again } from "../../tasks/kind.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import { beijingDate, endOfDay } from "../../values/beijing.ts"
import type { PayFailure } from "../../wechat/pay/errors.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { boundsOf } from "./judge.ts"
import { FetchDay, fetchKey, MatchDay, matchKey } from "./kinds.ts"
import { type BillSpoiled, makeLoading } from "./loading.ts"
import { tables } from "./store.ts"

/** WeChat makes bills until ten o'clock of the next day. */
const READY = 10 * 3_600_000
const DAY = 24 * 3_600_000
/** WeChat keeps bills for three months. */
const KEPT_DAYS = 89

interface OfDay {
  readonly merchant: string
  readonly day: string
}

/** Sees to it that every day's bills are fetched and matched, whatever stands in the way and however often this process ends. */
export const makeFetching = Effect.gen(function* () {
  const database = yield* Database
  const merchants = yield* Merchants
  const tasks = yield* Tasks
  const { fetch } = yield* makeLoading

  const bills = (merchant: Merchant, day: string) =>
    Effect.scoped(Effect.andThen(fetch(merchant, "trade", day), fetch(merchant, "funds", day)))

  const fetchDay = Effect.fnUntraced(function* ({ day, merchant }: OfDay) {
    const known = merchants.get(merchant)
    const now = yield* Clock.currentTimeMillis
    // A merchant that is no longer configured has no keys, and WeChat no bills that old.
    if (known === undefined || day < beijingDate(now - (KEPT_DAYS + 3) * DAY)) return
    const failure = yield* bills(known, day).pipe(
      Effect.as(undefined),
      Effect.catch(Effect.succeed)
    )
    if (failure !== undefined) return yield* later(merchant, day, failure, now)
    yield* database.write(`books:${merchant}:${day}`, async (sql) => {
      await settleTodos(sql, "books.bill", { prefix: `${merchant} ${day}` }, now)
      const payload = { merchant, day }
      await tasks.ensure(sql, MatchDay, { key: matchKey(merchant, day), payload })
    })
  })

  /** A bill that is being made comes soon; what else keeps it away is for a person to see, and is tried again all the same. */
  const later = Effect.fnUntraced(function* (
    merchant: string,
    day: string,
    failure: PayFailure | BillSpoiled,
    now: number
  ) {
    if (failure._tag === "PayNotSent" || failure._tag === "PayUnknown") return again("5 minutes")
    if (failure._tag === "PayRefused" && failure.reaction === "repeat") return again("10 minutes")
    const said =
      failure._tag === "PayRefused" ? `WeChat refuses it: ${failure.code}` : failure.message
    yield* database.write(`books:${merchant}:${day}`, (sql) =>
      raiseTodo(sql, {
        kind: "books.bill",
        subject: `${merchant} ${day}`,
        detail: `The bill of this day cannot be had. ${said}`,
        at: now
      })
    )
    return again("30 minutes")
  })

  /** Every day that is over, has no bill here yet, and lies since the first sale. */
  const due = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (const { mchid } of merchants.all) {
      const days = yield* database.read((sql) => missingDays(sql, mchid, now))
      if (days.length > 0)
        yield* database.write(`books:${mchid}`, async (sql) => {
          for (const day of days)
            await tasks.ensure(sql, FetchDay, {
              key: fetchKey(mchid, day),
              payload: { merchant: mchid, day }
            })
        })
    }
  })

  yield* tasks.handle(FetchDay, fetchDay)
  yield* tasks.every("books: bills", "15 minutes", due)
})

const missingDays = async (sql: Sql, merchant: string, now: number) => {
  const first = await tables(sql)
    .selectFrom("weir_attempts")
    .select("paid_at")
    .where("merchant", "=", merchant)
    .where("paid_at", "is not", null)
    .orderBy("paid_at")
    .limit(1)
    .executeTakeFirst()
  if (first?.paid_at == null) return []
  const rows = await tables(sql)
    .selectFrom("weir_book_files")
    .select(["day", "source"])
    .where("merchant", "=", merchant)
    .where("source", "in", ["trade", "funds"])
    .where("state", "=", "current")
    .execute()
  const known = new Set(rows.map(({ day, source }) => `${source} ${day}`))
  const days: Array<string> = []
  const [oldest] = boundsOf(beijingDate(Math.max(first.paid_at, now - KEPT_DAYS * DAY)))
  for (let end = endOfDay(oldest); end + READY <= now; end = endOfDay(end)) {
    const day = beijingDate(end - 1)
    if (!known.has(`trade ${day}`) || !known.has(`funds ${day}`)) days.push(day)
  }
  return days
}
