import type { Sql } from "../../database/database.ts"
import { holdersOf } from "./gather.ts"
import { boundsOf, type Evidence, type Line } from "./judge.ts"
import { type Ordinary, ordinaryIn } from "./store/ordinary.ts"
import { type DayFiles, type FileRow, missingIn, tables } from "./store.ts"

/** What is to be judged next. */
export interface Page {
  readonly numbers: ReadonlyArray<string>
  /** What needs no judgement, added up. */
  readonly ordinary: ReadonlyArray<Ordinary>
  /** Whether this page is the one that judges it, as a number may stand in several places of a day. */
  readonly judges: (evidence: Evidence) => boolean
  /** How many lines or rows it took. */
  readonly read: number
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
    const places = [after, to] as const
    const { ordinary, others } =
      file.source === "trade"
        ? await ordinaryIn(sql, files, file.id, boundsOf(files.day), places)
        : { ordinary: [], others: await beyondTrade(sql, file, files, places) }
    const judges = (evidence: Evidence) => {
      if (firstOf(evidence, files) !== file.source) return false
      const [first] = on(evidence[file.source], files).toSorted(
        (a, b) => a.file - b.file || a.place - b.place
      )
      return first?.file === file.id && first.place > after && first.place <= to
    }
    return {
      page: { numbers: others, ordinary, judges, read: to - after },
      next: to < file.lines ? fileLook(file, files, to) : undefined
    }
  }

/** Numbers of some lines of a file that the trade bill of the day does not have. */
const beyondTrade = async (
  sql: Sql,
  { id, source }: FileRow,
  { trade }: DayFiles,
  [after, to]: readonly [number, number]
) => {
  const rows = await tables(sql)
    .selectFrom("weir_book_lines as line")
    .select("line.number")
    .where("line.file", "=", id)
    .where("line.place", ">", after)
    .where("line.place", "<=", to)
    .where(missingIn("line.number", trade))
    .execute()
  const numbers = [...new Set(rows.map(({ number }) => number))]
  return source === "sales" ? holdersOf(sql, numbers) : numbers
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
    const read = Number(last?.read ?? 0)
    const numbers = rows.map(({ id }) => id)
    const judges = (evidence: Evidence) => {
      if (firstOf(evidence, files) !== "ledger") return false
      // Paid and undone on one day: the first of the two has judged it.
      const [first, second] = momentsOf(evidence)
      return (
        what !== "reversals" || second === undefined || first === undefined || !isOn(first, files)
      )
    }
    const next =
      last === undefined || read < PAGE
        ? undefined
        : ledgerLook(what, files, { at: Number(last.at), id: last.id })
    return { page: { numbers, ordinary: [], judges, read }, next }
  }

/**
 * Rows of the ledger by the moment that counts, of those that are looked at next: what the trade bill of the day does not have, and
 * whatever happened at the last moment, where the next ones begin.
 */
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
    .with("looked", (query) =>
      query
        .selectFrom(`${row.table} as row`)
        .select(["row.id", `row.${row.column} as at`])
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
    )
    .with("whole", (query) =>
      query
        .selectFrom("looked")
        .select(({ fn }) => [fn.countAll<number>().as("read"), fn.max("at").as("until")])
    )
    .selectFrom(["looked as row", "whole"])
    .select(["row.id", "row.at", "whole.read"])
    .where((row_) =>
      row_.or([row_("row.at", "=", row_.ref("whole.until")), missingIn("row.id", trade)])
    )
    .orderBy("row.at")
    .orderBy("row.id")
    .execute()
}
