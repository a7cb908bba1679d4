import { Clock, Effect } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { beijingDate } from "../../values/beijing.ts"
import { dayOf, moveDay, openDay, tellProgress } from "./days.ts"
import { found, keepDifference, settleDifference, standingDifferences } from "./differences.ts"
import { makeGather } from "./gather.ts"
import { boundsOf, type Cause, type Evidence, judge, type Known } from "./judge.ts"
import { filesOf, passesOf } from "./passes.ts"
import { adjust } from "./postings.ts"
import { tieLoose } from "./sales.ts"
import { type DifferenceRow, type Owner, tables } from "./store.ts"
import { keepTotals, openSheets } from "./totals.ts"

/** How many pages pass between two words on progress. */
const TELL = 10

/** Asks WeChat about an attempt, whatever it ended as, and writes its word down. */
export type Look = (outTradeNo: string) => Effect.Effect<void>

/**
 * Matches a merchant's day: judges every number that anybody wrote down on it once, by all that is known about it on any day, then
 * again those whose difference stands from before. It may be run again at any time, also after half of it: what it finds is kept by
 * number and cause, and totals take the place of those before.
 */
export const makeMatch = Effect.fnUntraced(function* (look: Look) {
  const database = yield* Database

  return Effect.fn("Books.match")(function* (merchant: string, day: string) {
    const order = `books:${merchant}:${day}`
    const now = yield* Clock.currentTimeMillis
    yield* database.write(order, (sql) => openDay(sql, merchant, day, now))
    const files = yield* database.read((sql) => filesOf(sql, merchant, day))
    yield* database.write(order, (sql) => tieLoose(sql, files.sales))
    const before = yield* database.read((sql) => standingDifferences(sql, merchant))
    const known = yield* database.read((sql) => knownOf(sql, merchant, day, before))
    const standing = byNumber(before)
    const gather = makeGather(merchant)
    const sheets = openSheets(day)
    const unclear = new Set<string>()
    let done = 0

    /** Writes down what is new about a number, and what is over. */
    const settle = Effect.fnUntraced(function* (
      judged: ReadonlyArray<readonly [Evidence, ReadonlyArray<Cause>]>
    ) {
      const news = judged.filter(
        ([{ number }, causes]) => causes.length > 0 || standing.has(number)
      )
      if (news.length === 0) return
      yield* database.write(order, async (sql) => {
        for (const [evidence, causes] of news) {
          for (const cause of causes)
            await keepDifference(sql, found(merchant, day, evidence, cause, now))
          for (const was of standing.get(evidence.number) ?? [])
            if (!causes.includes(was.cause as Cause)) await settleDifference(sql, was, now)
        }
      })
      for (const [{ number }] of news) standing.delete(number)
    })

    const again = Effect.fnUntraced(function* (numbers: ReadonlyArray<string>) {
      for (let at = 0; at < numbers.length; at += 500) {
        const page = numbers.slice(at, at + 500)
        const evidences = yield* database.read((sql) => gather(sql, page))
        yield* settle(evidences.map((evidence) => [evidence, judge(evidence, known)] as const))
      }
    })

    for (const { begin, step } of passesOf(files)) {
      let pages = 0
      for (let next: typeof begin | undefined = begin; next !== undefined; ) {
        const here: typeof begin = next
        const { evidences, ...looked } = yield* database.read(async (sql) => {
          const { next, page } = await here(sql)
          return { next, page, evidences: await gather(sql, page.numbers) }
        })
        const own = evidences.filter(looked.page.judges)
        for (const ordinary of looked.page.ordinary) sheets.addOrdinary(ordinary)
        const judged: Array<readonly [Evidence, ReadonlyArray<Cause>]> = []
        for (const evidence of own) {
          sheets.add(evidence)
          const causes = judge(evidence, known)
          if (causes.includes("paid-at-wechat")) unclear.add(evidence.number)
          else judged.push([evidence, causes])
        }
        yield* settle(judged)
        done += looked.page.read
        if (pages++ % TELL === 0) {
          const read = done
          yield* database.write(order, (sql) => tellProgress(sql, merchant, day, step, read))
        }
        next = looked.next
      }
    }

    // Never by the bill alone: WeChat is asked about each, and what it says is written down as any word of its.
    yield* Effect.forEach(unclear, look, { concurrency: 4, discard: true })
    yield* again([...unclear])
    yield* again([...standing.keys()])

    const ended = yield* Clock.currentTimeMillis
    yield* database.write(order, async (sql) => {
      await keepTotals(sql, merchant, day, sheets.rows(merchant))
      await tellProgress(sql, merchant, day, "", done)
      const row = await dayOf(sql, merchant, day)
      if (row?.state === "open" && files.trade !== undefined)
        await moveDay(sql, row, "matched", ended)
      if (row?.state === "closed" || row?.state === "locked")
        await adjust(sql, merchant, day, sheets.rows(merchant), ended)
    })
    return done
  })
})

const byNumber = (rows: ReadonlyArray<DifferenceRow>): Map<string, ReadonlyArray<DifferenceRow>> =>
  Map.groupBy(rows, ({ number }) => number)

/** Which files there are of a merchant, as far as a day's judgement needs to know. */
export const knownOf = async (
  sql: Sql,
  merchant: string,
  day: string,
  standing: ReadonlyArray<DifferenceRow>
): Promise<Known> => {
  const [from] = boundsOf(day)
  const since = standing.reduce(
    (first, { day }) => (day < first ? day : first),
    beijingDate(from - 1)
  )
  const bills = await tables(sql)
    .selectFrom("weir_book_files")
    .select(["source", "day"])
    .where("merchant", "=", merchant)
    .where("source", "in", ["trade", "funds"])
    .where("state", "=", "current")
    .execute()
  const sold = await tables(sql)
    .selectFrom("weir_book_files")
    .select(["plugin", "store", "till", "day"])
    .where("merchant", "=", merchant)
    .where("source", "=", "sales")
    .where("state", "=", "current")
    .where("day", ">=", since)
    .where("day", "<=", day)
    .execute()
  const billed = new Set(bills.map(({ day, source }) => `${source} ${day}`))
  const key = ({ plugin, store, till }: Pick<Owner, "plugin" | "store" | "till">, day: string) =>
    JSON.stringify([plugin, store, till, day])
  const kept = new Set(sold.map((file) => key(file, file.day)))
  return {
    billed: (source, on) => billed.has(`${source} ${on}`),
    soldIn: (owner, on) => kept.has(key(owner, on))
  }
}
