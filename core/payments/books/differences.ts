import type { Sql } from "../../database/database.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import { type Cause, causes, type Evidence, type Line } from "./judge.ts"
import { type DifferenceRow, tables } from "./store.ts"

/** Those that are not over: open, or explained by a person. */
export const standingDifferences = (sql: Sql, merchant: string): Promise<Array<DifferenceRow>> =>
  tables(sql)
    .selectFrom("weir_book_differences")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("state", "in", ["open", "explained"])
    .execute()

const saidIn = (lines: ReadonlyArray<Line>): number | null => {
  const said = lines.filter(({ kind }) => kind !== "fee")
  return said.length === 0 ? null : said.reduce((sum, { amount }) => sum + amount, 0)
}

/** A difference as it is found. It belongs to the day it was found on. */
export const found = (
  merchant: string,
  day: string,
  evidence: Evidence,
  cause: Cause,
  now: number
): DifferenceRow => {
  const { funds, ledger, number, owner, sales, trade } = evidence
  const { plugin, shift, store, till } = owner
  return {
    number,
    cause,
    state: "open",
    version: 1,
    merchant,
    day,
    plugin,
    store,
    till,
    shift,
    name: (sales[0] ?? trade[0] ?? funds[0])?.name ?? "",
    sales: saidIn(sales),
    ledger: ledger === undefined ? null : ledger.amount,
    trade: saidIn(trade),
    funds: saidIn(funds),
    note: null,
    found_at: now,
    ended_at: null
  }
}

const amountsOf = ({ funds, ledger, sales, trade }: DifferenceRow) =>
  JSON.stringify([sales, ledger, trade, funds])

/** Writes a difference down, as a to-do until it is explained; one that a person has explained stays so while nothing changes about it. */
export const keepDifference = async (sql: Sql, row: DifferenceRow): Promise<void> => {
  const known = await find(sql, row)
  if (known === undefined)
    await tables(sql).insertInto("weir_book_differences").values(row).execute()
  else {
    const same = amountsOf(known) === amountsOf(row)
    if (known.state !== "settled" && same) return
    const { day: _, found_at: __, ...changes } = row
    await change(sql, known, { ...changes, note: known.note })
  }
  await raiseTodo(sql, {
    kind: TODO,
    subject: subjectOf(row),
    detail: sentence(known === undefined ? row : { ...row, day: known.day }),
    at: row.found_at
  })
}

/** Later data has explained it. */
export const settleDifference = async (sql: Sql, key: Key, now: number): Promise<void> => {
  const known = await find(sql, key)
  if (known === undefined || known.state === "settled") return
  await change(sql, known, { state: "settled", ended_at: now })
  await settleTodos(sql, TODO, { prefix: subjectOf(known) }, now)
}

/** A person has explained it; `false`: there is no such difference, or it is over. */
export const explainDifference = async (
  sql: Sql,
  key: Key,
  note: string,
  now: number
): Promise<boolean> => {
  const known = await find(sql, key)
  if (known === undefined || known.state === "settled") return false
  await change(sql, known, { state: "explained", note, ended_at: now })
  await settleTodos(sql, TODO, { prefix: subjectOf(known) }, now)
  return true
}

const TODO = "books.difference"

/** What tells one difference from every other. */
export type Key = Pick<DifferenceRow, "merchant" | "number" | "cause">

const subjectOf = ({ cause, merchant, number }: Key) => `${merchant} ${number} ${cause}`

const find = (sql: Sql, { cause, merchant, number }: Key) =>
  tables(sql)
    .selectFrom("weir_book_differences")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("number", "=", number)
    .where("cause", "=", cause)
    .executeTakeFirst()

const change = (
  sql: Sql,
  { cause, merchant, number, version }: DifferenceRow,
  to: Partial<DifferenceRow>
) =>
  tables(sql)
    .updateTable("weir_book_differences")
    .set({ ...to, version: version + 1 })
    .where("merchant", "=", merchant)
    .where("number", "=", number)
    .where("cause", "=", cause)
    .where("version", "=", version)
    .execute()

const yuan = (fen: number | null) => (fen === null ? "—" : (fen / 100).toFixed(2))

const sentence = (row: DifferenceRow): string =>
  `${causes[row.cause as Cause]} (${row.day}, 销售 ${yuan(row.sales)} 我方 ${yuan(row.ledger)} 账单 ${yuan(row.trade)} 资金 ${yuan(row.funds)})`
