import type { Sql } from "../../database/database.ts"
import { append } from "../../database/works.ts"
import { boundsOf, type Evidence, type Line } from "./judge.ts"
import type { Ordinary } from "./store/ordinary.ts"
import { type Owner, type Source, type Sums, type TotalRow, tables } from "./store.ts"

const sources = ["sales", "ledger", "trade", "funds"] as const

type Sheet = { [K in Source | "ledger"]: Sums }

const nothing: Sums = { count: 0, gross: 0, refunds: 0, fee: 0, net: 0 }

/** Si in a fen. */
const SI = 1_000

const plus = (a: Sums, b: Sums): Sums => ({
  count: a.count + b.count,
  gross: a.gross + b.gross,
  refunds: a.refunds + b.refunds,
  fee: a.fee + b.fee,
  net: a.net + b.net
})

/** What a line adds: money that came, or went back. */
const sumsOf = ({ amount, fee, kind, settled }: Line): Sums => {
  if (kind === "fee") return { ...nothing, count: 1, fee, net: -fee }
  const comes = kind === "sale" || kind === "in"
  return {
    count: 1,
    gross: comes ? amount : 0,
    refunds: comes ? 0 : amount,
    fee,
    net: (comes ? settled : -settled) * SI - fee
  }
}

const ledgerSums = ({ ledger }: Evidence, day: string): Sums => {
  const [from, to] = boundsOf(day)
  const isIn = (at: number | null | undefined) => at != null && at >= from && at < to
  const came = ledger?.is === "payment" && isIn(ledger.paidAt) ? ledger.amount : 0
  const undone =
    ledger?.is === "payment" && isIn(ledger.undone?.at) ? (ledger.undone?.amount ?? 0) : 0
  const refunded = ledger?.is === "refund" && isIn(ledger.acceptedAt) ? ledger.amount : 0
  const went = undone + refunded
  const count = (came > 0 ? 1 : 0) + (went > 0 ? 1 : 0)
  return { ...nothing, count, gross: came, refunds: went, net: (came - went) * SI }
}

/** Adds up a day while it is judged: per plugin, store, till and shift, each source by itself. */
export const openSheets = (day: string) => {
  const sheets = new Map<string, { readonly owner: Owner; readonly sheet: Sheet }>()

  const add = (owner: Owner, source: keyof Sheet, sums: Sums) => {
    if (sums.count === 0) return
    const { plugin, shift, store, till } = owner
    const key = [plugin, store, till, shift].join("\n")
    const known = sheets.get(key) ?? {
      owner: { plugin, store, till, shift },
      sheet: { sales: nothing, ledger: nothing, trade: nothing, funds: nothing }
    }
    known.sheet[source] = plus(known.sheet[source], sums)
    sheets.set(key, known)
  }

  return {
    add: (evidence: Evidence) => {
      const { funds, owner, sales, trade } = evidence
      for (const line of trade) if (line.day === day) add(owner, "trade", sumsOf(line))
      for (const line of funds) if (line.day === day) add(owner, "funds", sumsOf(line))
      for (const line of sales) if (line.day === day) add(line.owner, "sales", sumsOf(line))
      add(owner, "ledger", ledgerSums(evidence, day))
    },
    addOrdinary: ({ owner, sums }: Ordinary) => {
      for (const source of sources) add(owner, source, sums[source])
    },
    rows: (merchant: string): ReadonlyArray<TotalRow> =>
      [...sheets.values()].map(({ owner, sheet }) => ({ merchant, day, ...owner, ...flat(sheet) }))
  }
}

const flat = (sheet: Sheet) =>
  Object.fromEntries(
    Object.entries(sheet).flatMap(([source, sums]) =>
      Object.entries(sums).map(([part, value]) => [`${source}_${part}`, value])
    )
  ) as Omit<TotalRow, keyof Owner | "merchant" | "day">

/** Puts a day's totals in the place of those before. */
export const keepTotals = async (
  sql: Sql,
  merchant: string,
  day: string,
  rows: ReadonlyArray<TotalRow>
): Promise<void> => {
  await tables(sql)
    .deleteFrom("weir_book_totals")
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .execute()
  for (const row of rows) append(sql, "weir_book_totals", row)
}

export const totalsOf = (sql: Sql, merchant: string, day: string): Promise<Array<TotalRow>> =>
  tables(sql)
    .selectFrom("weir_book_totals")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .orderBy("store")
    .orderBy("till")
    .orderBy("shift")
    .orderBy("plugin")
    .execute()
