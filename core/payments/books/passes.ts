import type { Sql } from "../../database/database.ts"
import { holdersOf } from "./gather.ts"
import { boundsOf, type Evidence, type Line } from "./judge.ts"
import { type FileRow, standsIn, tables } from "./store.ts"

/** What is to be judged next. */
export interface Page {
  readonly numbers: ReadonlyArray<string>
  /** Whether this page is the one that judges it, as a number may stand in several places of a day. */
  readonly judges: (evidence: Evidence) => boolean
  /** How many lines or rows it took. */
  readonly read: number
}

/** The files of a merchant's day. */
export interface DayFiles {
  readonly merchant: string
  readonly day: string
  readonly trade: FileRow | undefined
  readonly funds: FileRow | undefined
  readonly sales: ReadonlyArray<FileRow>
}

/** One look into the database; those that follow begin where it ended. */
type Look = (sql: Sql) => Promise<{ readonly page: Page; readonly next: Look | undefined }>

const PAGE = 1_000

export const filesOf = async (sql: Sql, merchant: string, day: string): Promise<DayFiles> => {
  const rows = await tables(sql)
    .selectFrom("weir_book_files")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .where("state", "=", "current")
    .orderBy("id")
    .execute()
  return {
    merchant,
    day,
    trade: rows.find(({ source }) => source === "trade"),
    funds: rows.find(({ source }) => source === "funds"),
    sales: rows.filter(({ source }) => source === "sales")
  }
}

/**
 * Every number that anybody wrote down on a day, each once: those of the trade bill, then what only the fund flow has, then our own
 * ledger's, then the sales files'. A pass leaves out what an earlier one has judged.
 */
export const passesOf = (files: DayFiles): ReadonlyArray<{ step: string; begin: Look }> => [
  ...(files.trade === undefined ? [] : [{ step: "trade", begin: fileLook(files.trade, files, 0) }]),
  ...(files.funds === undefined ? [] : [{ step: "funds", begin: fileLook(files.funds, files, 0) }]),
  ...(["payments", "refunds", "reversals"] as const).map((what) => ({
    step: what,
    begin: ledgerLook(what, files, { at: 0, id: "" })
  })),
  ...files.sales.map((file) => ({ step: "sales", begin: fileLook(file, files, 0) }))
]

const on = (lines: ReadonlyArray<Line>, { day }: DayFiles) =>
  lines.filter((line) => line.day === day)

/** Which pass comes first to what is known about a number. */
const firstOf = (evidence: Evidence, files: DayFiles): FileRow["source"] | "ledger" | undefined => {
  if (on(evidence.trade, files).length > 0) return "trade"
  if (on(evidence.funds, files).length > 0) return "funds"
  if (momentsOf(evidence).some((at) => isOn(at, files))) return "ledger"
  return on(evidence.sales, files).length > 0 ? "sales" : undefined
}

/** When our ledger says that something happened. */
const momentsOf = ({ ledger }: Evidence): ReadonlyArray<number> => {
  if (ledger === undefined) return []
  if (ledger.is === "refund") return ledger.acceptedAt === null ? [] : [ledger.acceptedAt]
  const undone = ledger.undone === undefined || ledger.undone.amount === 0 ? [] : [ledger.undone.at]
  return ledger.paidAt === null ? undone : [ledger.paidAt, ...undone]
}

const isOn = (at: number, { day }: DayFiles) => {
  const [from, to] = boundsOf(day)
  return at >= from && at < to
}

const fileLook =
  (file: FileRow, files: DayFiles, after: number): Look =>
  async (sql) => {
    const to = Math.min(after + PAGE, file.lines)
    const rows = await tables(sql)
      .selectFrom("weir_book_lines as line")
      .select(["line.place", "line.number"])
      .select(standsIn("line.number", file.source === "trade" ? undefined : files.trade))
      .where("line.file", "=", file.id)
      .where("line.place", ">", after)
      .where("line.place", "<=", to)
      .orderBy("line.place")
      .execute()
    const fresh = [...new Set(rows.flatMap(({ number, seen }) => (seen ? [] : [number])))]
    const numbers = file.source === "sales" ? await holdersOf(sql, fresh) : fresh
    const judges = (evidence: Evidence) => {
      if (firstOf(evidence, files) !== file.source) return false
      const [first] = on(evidence[file.source], files).toSorted(
        (a, b) => a.file - b.file || a.place - b.place
      )
      return first?.file === file.id && first.place > after && first.place <= to
    }
    return {
      page: { numbers, judges, read: rows.length },
      next: to < file.lines ? fileLook(file, files, to) : undefined
    }
  }

interface Cursor {
  readonly at: number
  readonly id: string
}

const moments = {
  payments: { table: "weir_attempts", column: "paid_at" },
  refunds: { table: "weir_refunds", column: "accepted_at" },
  reversals: { table: "weir_reversals", column: "asked_at" }
} as const

const ledgerLook =
  (what: keyof typeof moments, files: DayFiles, after: Cursor): Look =>
  async (sql) => {
    const rows = await momentsIn(sql, what, files, after)
    const last = rows.at(-1)
    const numbers = rows.flatMap(({ id, seen }) => (seen ? [] : [id]))
    const judges = (evidence: Evidence) => {
      if (firstOf(evidence, files) !== "ledger") return false
      // Paid and undone on one day: the first of the two has judged it.
      const [first, second] = momentsOf(evidence)
      return (
        what !== "reversals" || second === undefined || first === undefined || !isOn(first, files)
      )
    }
    const next =
      last === undefined || rows.length < PAGE
        ? undefined
        : ledgerLook(what, files, { at: Number(last.at), id: last.id })
    return { page: { numbers, judges, read: rows.length }, next }
  }

/** Rows of the ledger by the moment that counts, and whether the trade bill of the day has them. */
const momentsIn = (
  sql: Sql,
  what: keyof typeof moments,
  { day, merchant, trade }: DayFiles,
  { at, id }: Cursor
) => {
  const [from, to] = boundsOf(day)
  const { column, table } = moments[what]
  // One name for three tables that differ in their moment alone.
  const row = { table: table as "weir_attempts", column: column as "paid_at" }
  return tables(sql)
    .selectFrom(`${row.table} as row`)
    .select(["row.id", `row.${row.column} as at`])
    .select(standsIn("row.id", trade))
    .$if(what !== "reversals", (query) => query.where("row.merchant", "=", merchant))
    .where(`row.${row.column}`, ">=", Math.max(from, at))
    .where(`row.${row.column}`, "<", to)
    .where((row_) =>
      row_.or([
        row_(`row.${row.column}`, ">", at),
        row_.and([row_(`row.${row.column}`, "=", at), row_("row.id", ">", id)])
      ])
    )
    .orderBy(`row.${row.column}`)
    .orderBy("row.id")
    .limit(PAGE)
    .execute()
}
