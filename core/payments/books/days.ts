import type { Sql } from "../../database/database.ts"
import { type DayRow, type DayState, type DecisionRow, tables } from "./store.ts"

/** Where the books of a day may go: people open again what was locked, and it is matched anew. */
const graph: Readonly<Record<DayState, ReadonlyArray<DayState>>> = {
  open: ["matched"],
  matched: ["open", "closed"],
  closed: ["locked", "open"],
  locked: ["open"]
}

export const dayOf = (sql: Sql, merchant: string, day: string): Promise<DayRow | undefined> =>
  tables(sql)
    .selectFrom("weir_book_days")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .executeTakeFirst()

/** The day's row; its first state is written down with it. */
export const openDay = async (
  sql: Sql,
  merchant: string,
  day: string,
  at: number
): Promise<DayRow> => {
  const known = await dayOf(sql, merchant, day)
  if (known !== undefined) return known
  const row: DayRow = { merchant, day, state: "open", version: 1, step: "", done: 0, at }
  await tables(sql).insertInto("weir_book_days").values(row).execute()
  await decide(sql, row, null, null)
  return row
}

/** Moves a day along its graph, by compare-and-set; `false`: somebody else was quicker, or it cannot go there. */
export const moveDay = async (
  sql: Sql,
  row: DayRow,
  to: DayState,
  at: number,
  reason: string | null = null
): Promise<boolean> => {
  if (!graph[row.state].includes(to)) return false
  const version = row.version + 1
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_book_days")
    .set({ state: to, version, at })
    .where("merchant", "=", row.merchant)
    .where("day", "=", row.day)
    .where("version", "=", row.version)
    .executeTakeFirst()
  if (Number(numUpdatedRows) !== 1) return false
  await decide(sql, { ...row, state: to, version, at }, row.state, reason)
  return true
}

const decide = (
  sql: Sql,
  { at, day, merchant, state, version }: DayRow,
  from: DayState | null,
  reason: string | null
) =>
  tables(sql)
    .insertInto("weir_book_decisions")
    .values({ merchant, day, version, from, to: state, reason, at } satisfies DecisionRow)
    .execute()

/** Says how far the work on a day is; it decides nothing. */
export const tellProgress = (sql: Sql, merchant: string, day: string, step: string, done: number) =>
  tables(sql)
    .updateTable("weir_book_days")
    .set({ step, done })
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .execute()

/** How a day came to where it is. */
export const decisionsOf = (sql: Sql, merchant: string, day: string): Promise<Array<DecisionRow>> =>
  tables(sql)
    .selectFrom("weir_book_decisions")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .orderBy("version")
    .execute()
