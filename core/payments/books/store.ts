import { sql as raw, type SqlBool } from "kysely"
import type { Sql } from "../../database/database.ts"
import { append } from "../../database/works.ts"
import type { PaymentTables } from "../store.ts"

/** Who wrote something down: the old system's sales file, WeChat's bill of payments and refunds, its bill of movements of funds. */
export type Source = "sales" | "trade" | "funds"

/** What one party wrote of one day. A corrected file of the same key takes its place; both are kept. */
export type FileRow = {
  readonly id: number
  readonly key: string
  readonly version: number
  readonly source: Source
  /** `loading`: nobody may believe it yet. */
  readonly state: "loading" | "current" | "replaced"
  readonly hash: string
  /** In Beijing, eight digits. */
  readonly day: string
  readonly merchant: string
  /** Of a sales file; empty for WeChat's bills. */
  readonly plugin: string
  readonly store: string
  readonly till: string
  readonly shift: string
  readonly lines: number
  readonly at: number
}

/** The files of a merchant's day. */
export interface DayFiles {
  readonly merchant: string
  readonly day: string
  readonly trade: FileRow | undefined
  readonly funds: FileRow | undefined
  readonly sales: ReadonlyArray<FileRow>
}

/** One line of a file. Amounts are fen, fees si (hundred-thousandths of a yuan). */
export type LineRow = {
  readonly file: number
  readonly place: number
  /** Our own number of what it is about; a sale of a sales file goes by its payment's. */
  readonly number: string
  readonly kind: "sale" | "refund" | "reversal" | "in" | "out" | "fee"
  readonly amount: number
  readonly settled: number
  readonly coupon: number
  readonly fee: number
  readonly rate: string
  readonly status: string
  /** How its writer calls it: WeChat's number, or the old system's ticket. */
  readonly name: string
  readonly at: number
}

/** Where the books of a merchant's day stand. */
export type DayState = "open" | "matched" | "closed" | "locked"

export type DayRow = {
  readonly merchant: string
  readonly day: string
  readonly state: DayState
  readonly version: number
  /** What is being done, and how much of it is. */
  readonly step: string
  readonly done: number
  readonly at: number
}

/** To whom something belongs; what nobody here knows belongs to nobody: empty. */
export type Owner = {
  readonly plugin: string
  readonly store: string
  readonly till: string
  readonly shift: string
}

/** What one source adds up to. */
export interface Sums {
  readonly count: number
  /** Fen. */
  readonly gross: number
  readonly refunds: number
  /** Si. */
  readonly fee: number
  readonly net: number
}

type Summed = { readonly [K in `${Source | "ledger"}_${keyof Sums}`]: number }
export type TotalRow = Owner & { readonly merchant: string; readonly day: string } & Summed

export type DifferenceRow = Owner & {
  readonly number: string
  readonly cause: string
  /** `settled`: later data explained it. `explained`: a person did. */
  readonly state: "open" | "explained" | "settled"
  readonly version: number
  readonly merchant: string
  readonly day: string
  /** How the old system or WeChat calls it. */
  readonly name: string
  /** What each source says, in fen; `null`: nothing. */
  readonly sales: number | null
  readonly ledger: number | null
  readonly trade: number | null
  readonly funds: number | null
  readonly note: string | null
  readonly found_at: number
  readonly ended_at: number | null
}

export type PostingRow = {
  readonly id: string
  readonly merchant: string
  readonly store: string
  /** What day it is about. */
  readonly day: string
  /** With which day it was posted; an adjustment waits for the next one that is closed. */
  readonly posted_in: string | null
  readonly gross: number
  readonly refunds: number
  readonly fee: number
  readonly net: number
  readonly at: number
  /** When the old system that keeps the books said that it has it. */
  readonly confirmed_at: number | null
}

export type DecisionRow = {
  readonly merchant: string
  readonly day: string
  readonly version: number
  readonly from: string | null
  readonly to: string
  readonly reason: string | null
  readonly at: number
}

export type BookTables = PaymentTables & {
  readonly weir_book_files: FileRow
  readonly weir_book_lines: LineRow
  readonly weir_book_days: DayRow
  readonly weir_book_totals: TotalRow
  readonly weir_book_differences: DifferenceRow
  readonly weir_book_postings: PostingRow
  readonly weir_book_decisions: DecisionRow
}

export const tables = (sql: Sql) => sql.withTables<BookTables>()

/**
 * That a file has no line about a number. The file is no term that an index may be chosen by: a database that knows nothing of its
 * tables looks through the whole file for each number.
 */
export const missingIn = (number: "line.number" | "row.id", file: FileRow | undefined) =>
  file === undefined
    ? raw<SqlBool>`1 = 1`
    : raw<SqlBool>`not exists (select 1 from weir_book_lines as billed where billed.number = ${raw.ref(number)} and billed.file + 0 = ${file.id})`

/** The file of a key that counts. */
export const currentFile = (sql: Sql, key: string): Promise<FileRow | undefined> =>
  tables(sql)
    .selectFrom("weir_book_files")
    .selectAll()
    .where("key", "=", key)
    .where("state", "=", "current")
    .executeTakeFirst()

/** Begins a file, whose lines follow. What an earlier try left of it is forgotten in bits, see `forget`. */
export const beginFile = async (
  sql: Sql,
  file: Omit<FileRow, "id" | "lines" | "state" | "version">
): Promise<FileRow> => {
  const highest = await tables(sql)
    .selectFrom("weir_book_files")
    .select(({ fn }) => [fn.max("id").as("id")])
    .executeTakeFirst()
  const versions = await tables(sql)
    .selectFrom("weir_book_files")
    .select(({ fn }) => [fn.max("version").as("version")])
    .where("key", "=", file.key)
    .executeTakeFirst()
  const row: FileRow = {
    ...file,
    id: Number(highest?.id ?? 0) + 1,
    version: Number(versions?.version ?? 0) + 1,
    state: "loading",
    lines: 0
  }
  await tables(sql).insertInto("weir_book_files").values(row).execute()
  return row
}

export const addLine = (sql: Sql, line: LineRow): void => append(sql, "weir_book_lines", line)

/** The file is whole, and counts from now on in the place of the one before it. */
export const adoptFile = async (sql: Sql, file: FileRow, lines: number): Promise<void> => {
  await tables(sql)
    .updateTable("weir_book_files")
    .set({ state: "replaced" })
    .where("key", "=", file.key)
    .where("state", "=", "current")
    .execute()
  await tables(sql)
    .updateTable("weir_book_files")
    .set({ state: "current", lines })
    .where("id", "=", file.id)
    .execute()
}

/** Files that a load was cut off in. */
export const halfFiles = (sql: Sql, key: string): Promise<Array<FileRow>> =>
  tables(sql)
    .selectFrom("weir_book_files")
    .selectAll()
    .where("key", "=", key)
    .where("state", "=", "loading")
    .execute()

/** Forgets some lines of a file, then the file; `false`: there is more to forget. */
export const forget = async (sql: Sql, { id }: FileRow, most = 10_000): Promise<boolean> => {
  const last = await tables(sql)
    .selectFrom("weir_book_lines")
    .select("place")
    .where("file", "=", id)
    .orderBy("place", "desc")
    .limit(1)
    .executeTakeFirst()
  if (last !== undefined) {
    await tables(sql)
      .deleteFrom("weir_book_lines")
      .where("file", "=", id)
      .where("place", ">", last.place - most)
      .execute()
    return false
  }
  await tables(sql).deleteFrom("weir_book_files").where("id", "=", id).execute()
  return true
}
