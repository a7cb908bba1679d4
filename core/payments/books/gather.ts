import type { Sql } from "../../database/database.ts"
import type { Evidence, LedgerSide, Line } from "./judge.ts"
import { type FileRow, type LineRow, type Owner, tables } from "./store.ts"

const nobody: Owner = { plugin: "", store: "", till: "", shift: "" }

/** Reads what is known about numbers, a page of them at a time; files are remembered, as there are few. */
export const makeGather = (merchant: string) => {
  const files = new Map<number, FileRow>()

  const learn = async (sql: Sql, lines: ReadonlyArray<LineRow>) => {
    const unknown = [...new Set(lines.map(({ file }) => file))].filter((id) => !files.has(id))
    if (unknown.length === 0) return
    const rows = await tables(sql)
      .selectFrom("weir_book_files")
      .selectAll()
      .where("id", "in", unknown)
      .execute()
    for (const row of rows) files.set(row.id, row)
  }

  /** What files of this merchant that count say about numbers. */
  const linesAbout = async (sql: Sql, numbers: ReadonlyArray<string>) => {
    if (numbers.length === 0) return []
    const rows = await tables(sql)
      .selectFrom("weir_book_lines")
      .selectAll()
      .where("number", "in", padded(numbers))
      .execute()
    await learn(sql, rows)
    return rows.flatMap((row) => {
      const file = files.get(row.file)
      return file?.state === "current" && file.merchant === merchant ? [{ row, file }] : []
    })
  }

  return async (sql: Sql, numbers: ReadonlyArray<string>): Promise<ReadonlyArray<Evidence>> => {
    if (numbers.length === 0) return []
    const here = new Set(numbers)
    const payments = await paymentsAbout(sql, merchant, numbers)
    const refunds = await refundsAbout(sql, merchant, numbers)
    const heldBy = new Map<string, string>()
    for (const row of payments.values()) if (isHolder(row)) heldBy.set(row.payment, row.id)
    const more = [...heldBy.keys()].filter((id) => !here.has(id) || heldBy.get(id) !== id)
    const about = new Map<string, Array<{ row: LineRow; file: FileRow }>>()
    const put = (number: string, line: { row: LineRow; file: FileRow }) => {
      const known = about.get(number)
      if (known === undefined) about.set(number, [line])
      else known.push(line)
    }
    for (const line of await linesAbout(sql, numbers)) {
      // A sale goes by its payment, and belongs to the attempt that was paid for it.
      const elsewhere =
        isSale(line) && payments.has(line.row.number) && !isHolder(payments.get(line.row.number))
      if (!elsewhere) put(line.row.number, line)
    }
    for (const line of await linesAbout(sql, more))
      if (isSale(line)) put(heldBy.get(line.row.number) ?? line.row.number, line)
    return numbers.map((number) =>
      evidenceOf(number, payments.get(number), refunds.get(number), about.get(number) ?? [])
    )
  }
}

/** Lists of few lengths: each length is a statement of its own, and statements are kept. */
const padded = (numbers: ReadonlyArray<string>): ReadonlyArray<string> => {
  const length = [16, 250, 1_000].find((size) => size >= numbers.length) ?? numbers.length
  const [first = ""] = numbers
  return [...numbers, ...Array.from({ length: length - numbers.length }, () => first)]
}

const isSale = ({ file, row }: { readonly row: LineRow; readonly file: FileRow }) =>
  file.source === "sales" && row.kind === "sale"

interface AttemptSide {
  readonly id: string
  readonly merchant: string
  readonly payment: string
  readonly number: number
  readonly state: Extract<LedgerSide, { is: "payment" }>["state"]
  readonly amount: number
  readonly paid_at: number | null
  readonly paid_by: string | null
  readonly plugin: string
  readonly store: string
  readonly device: string
  readonly undone_state: string | null
  readonly undone_at: number | null
  readonly returned: number | null
}

/** Which attempt a sale of the old system belongs to: the one that was paid, or while none is, the first. */
const isHolder = (row: AttemptSide | undefined): boolean =>
  row !== undefined && (row.paid_by === null ? row.number === 1 : row.paid_by === row.id)

/** A sale of a sales file goes by its payment; what is to be judged is the attempt that was paid. */
export const holdersOf = async (sql: Sql, numbers: ReadonlyArray<string>) => {
  if (numbers.length === 0) return []
  const rows = await tables(sql)
    .selectFrom("weir_payments")
    .select(["id", "paid_by"])
    .where("id", "in", numbers)
    .whereRef("paid_by", "!=", "id")
    .execute()
  const paidBy = new Map(rows.map(({ id, paid_by }) => [id, paid_by ?? id]))
  return [...new Set(numbers.map((number) => paidBy.get(number) ?? number))]
}

const paymentsAbout = async (sql: Sql, merchant: string, numbers: ReadonlyArray<string>) => {
  const rows: ReadonlyArray<AttemptSide> = await tables(sql)
    .selectFrom("weir_attempts as attempt")
    .innerJoin("weir_payments as payment", "payment.id", "attempt.payment")
    .leftJoin("weir_reversals as reversal", "reversal.id", "attempt.id")
    .select([
      ...(["attempt.id", "attempt.payment", "attempt.number", "attempt.state"] as const),
      ...(["attempt.amount", "attempt.paid_at", "attempt.merchant", "payment.paid_by"] as const),
      "payment.plugin",
      ...(["payment.store", "payment.device", "reversal.returned"] as const),
      "reversal.state as undone_state",
      "reversal.asked_at as undone_at"
    ])
    .where("attempt.id", "in", padded(numbers))
    .execute()
  // Not asked of the database, which would look through all of the merchant's by its other index.
  const byId = new Map(rows.flatMap((row) => (row.merchant === merchant ? [[row.id, row]] : [])))
  return withoutRefunded(sql, byId)
}

/** What was undone by a refund has a number of its own for it, under which it is judged. */
const withoutRefunded = async (sql: Sql, byId: Map<string, AttemptSide>) => {
  const undone = [...byId.values()].filter(({ returned }) => Number(returned ?? 0) > 0)
  if (undone.length === 0) return byId
  const rows = await tables(sql)
    .selectFrom("weir_refunds")
    .select("attempt")
    .where(
      "key",
      "in",
      undone.map(({ id }) => `undo:${id}`)
    )
    .execute()
  for (const { attempt } of rows) {
    const row = byId.get(attempt)
    if (row !== undefined) byId.set(attempt, { ...row, undone_state: null })
  }
  return byId
}

const refundsAbout = async (sql: Sql, merchant: string, numbers: ReadonlyArray<string>) => {
  const own = numbers.filter((number) => number.startsWith("R-"))
  if (own.length === 0) return new Map<string, never>()
  const rows = await tables(sql)
    .selectFrom("weir_refunds as refund")
    .innerJoin("weir_payments as payment", "payment.id", "refund.payment")
    .select(["refund.id", "refund.state", "refund.amount", "refund.accepted_at"])
    .select("refund.merchant")
    .select(["payment.plugin", "payment.store", "payment.device"])
    .where("refund.id", "in", padded(own))
    .execute()
  return new Map(rows.flatMap((row) => (row.merchant === merchant ? [[row.id, row]] : [])))
}

type RefundSide = Awaited<ReturnType<typeof refundsAbout>> extends Map<string, infer R> ? R : never

const evidenceOf = (
  number: string,
  payment: AttemptSide | undefined,
  refund: RefundSide | undefined,
  about: ReadonlyArray<{ readonly row: LineRow; readonly file: FileRow }>
): Evidence => {
  const lines = (source: FileRow["source"]): ReadonlyArray<Line> =>
    about
      .filter(({ file }) => file.source === source)
      .map(({ file, row }) => ({ ...row, day: file.day, owner: file }))
  const sales = lines("sales")
  const [sold] = sales
  const at = payment ?? refund
  const owner: Owner =
    at === undefined
      ? sold === undefined
        ? nobody
        : ownerOf(sold.owner)
      : { plugin: at.plugin, store: at.store, till: at.device, shift: sold?.owner.shift ?? "" }
  const ledger = payment === undefined ? refundSide(refund) : paymentSide(payment)
  return { number, owner, ledger, trade: lines("trade"), funds: lines("funds"), sales }
}

const ownerOf = ({ plugin, shift, store, till }: Owner): Owner => ({ plugin, store, till, shift })

const paymentSide = (row: AttemptSide): LedgerSide => ({
  is: "payment",
  state: row.state,
  amount: row.amount,
  paidAt: row.paid_at,
  undone:
    row.undone_state === "done" ? { amount: row.returned ?? 0, at: row.undone_at ?? 0 } : undefined
})

const refundSide = (row: RefundSide | undefined): LedgerSide | undefined =>
  row === undefined
    ? undefined
    : { is: "refund", state: row.state, amount: row.amount, acceptedAt: row.accepted_at }
