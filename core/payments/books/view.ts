import type { Sql } from "../../database/database.ts"
import { dayOf, decisionsOf } from "./days.ts"
import {
  type DayRow,
  type DecisionRow,
  type DifferenceRow,
  type FileRow,
  type PostingRow,
  type TotalRow,
  tables
} from "./store.ts"
import { totalsOf } from "./totals.ts"

/** A merchant's day in one line. */
export interface DayLine extends DayRow {
  readonly count: number
  /** Fen, as WeChat's bill says it. */
  readonly gross: number
  readonly refunds: number
  /** Si. */
  readonly fee: number
  readonly net: number
  readonly open: number
}

/** All that is known of a merchant's day but its differences one by one. */
export interface DayView {
  readonly line: DayLine
  readonly totals: ReadonlyArray<TotalRow>
  readonly files: ReadonlyArray<FileRow>
  readonly decisions: ReadonlyArray<DecisionRow>
  readonly postings: ReadonlyArray<PostingRow>
  readonly causes: ReadonlyArray<{
    readonly cause: string
    readonly state: string
    readonly count: number
  }>
}

/** The latest days first; `before` goes on where an earlier page ended. */
export const daysOf = async (
  sql: Sql,
  { before = "99999999", limit = 31 }: { readonly before?: string; readonly limit?: number }
): Promise<ReadonlyArray<DayLine>> => {
  const rows = await tables(sql)
    .selectFrom("weir_book_days")
    .selectAll()
    .where("day", "<", before)
    .orderBy("day", "desc")
    .orderBy("merchant")
    .limit(limit)
    .execute()
  const lines: Array<DayLine> = []
  for (const row of rows) lines.push(await lineOf(sql, row))
  return lines
}

const lineOf = async (sql: Sql, row: DayRow): Promise<DayLine> => {
  const sums = await tables(sql)
    .selectFrom("weir_book_totals")
    .select(({ fn }) => [
      fn.sum("trade_count").as("count"),
      fn.sum("trade_gross").as("gross"),
      fn.sum("trade_refunds").as("refunds"),
      fn.sum("trade_fee").as("fee"),
      fn.sum("trade_net").as("net")
    ])
    .where("merchant", "=", row.merchant)
    .where("day", "=", row.day)
    .executeTakeFirst()
  const open = await tables(sql)
    .selectFrom("weir_book_differences")
    .select(({ fn }) => [fn.countAll().as("count")])
    .where("merchant", "=", row.merchant)
    .where("day", "=", row.day)
    .where("state", "=", "open")
    .executeTakeFirst()
  const of = (part: "count" | "gross" | "refunds" | "fee" | "net") => Number(sums?.[part] ?? 0)
  return {
    ...row,
    ...{ count: of("count"), gross: of("gross"), refunds: of("refunds") },
    ...{ fee: of("fee"), net: of("net"), open: Number(open?.count ?? 0) }
  }
}

export const dayView = async (
  sql: Sql,
  merchant: string,
  day: string
): Promise<DayView | undefined> => {
  const row = await dayOf(sql, merchant, day)
  if (row === undefined) return undefined
  const files = await tables(sql)
    .selectFrom("weir_book_files")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .orderBy("id")
    .limit(500)
    .execute()
  const postings = await tables(sql)
    .selectFrom("weir_book_postings")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .orderBy("store")
    .execute()
  const causes = await tables(sql)
    .selectFrom("weir_book_differences")
    .select(({ fn }) => ["cause", "state", fn.countAll().as("count")])
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .groupBy(["cause", "state"])
    .orderBy("cause")
    .orderBy("state")
    .execute()
  return {
    line: await lineOf(sql, row),
    totals: await totalsOf(sql, merchant, day),
    files,
    decisions: await decisionsOf(sql, merchant, day),
    postings,
    causes: causes.map(({ cause, count, state }) => ({ cause, state, count: Number(count) }))
  }
}

/** A day's differences by number; `after` goes on where an earlier page ended. */
export const differencesOf = async (
  sql: Sql,
  merchant: string,
  day: string,
  { after = "", limit = 100 }: { readonly after?: string; readonly limit?: number }
): Promise<ReadonlyArray<DifferenceRow>> => {
  const [number = "", cause = ""] = after.split(" ")
  return tables(sql)
    .selectFrom("weir_book_differences")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .where((row) =>
      row.or([
        row("number", ">", number),
        row.and([row("number", "=", number), row("cause", ">", cause)])
      ])
    )
    .orderBy("number")
    .orderBy("cause")
    .limit(limit)
    .execute()
}
