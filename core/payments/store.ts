import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import { statement } from "../database/statement.ts"
import { append } from "../database/works.ts"
import type { Fen } from "../values/money.ts"
import type { Way } from "../wechat/pay/ways.ts"
import { allows, type StateOf, type Subject } from "./graph.ts"

export type PaymentRow = {
  readonly id: string
  readonly state: StateOf<"payment">
  readonly version: number
  readonly plugin: string
  readonly reference: string
  readonly part: string
  readonly amount: Fen
  readonly title: string
  readonly merchant: string
  readonly store: string
  readonly device: string
  /** The attempt that was paid and counts; any other that turns out paid is given back. */
  readonly paid_by: string | null
  readonly created_at: number
  /** When the old system last asked. Silence means it has given up. */
  readonly asked_at: number
  /** Until when somebody was invited to pay, whichever way; a sale at a till has no such end. */
  readonly expires_at: number | null
  /** Until when money that came late waits for its cashier. */
  readonly held_until: number | null
}

export type AttemptRow = {
  /** The `out_trade_no`. */
  readonly id: string
  readonly state: StateOf<"attempt">
  readonly version: number
  readonly payment: string
  readonly number: number
  readonly way: Way
  /** The account at which it is paid; the merchant's own where none was written down. */
  readonly appid: string | null
  readonly merchant: string
  readonly amount: Fen
  /** The exact request of an order that may be sent again, as WeChat asks for the same bytes; sealed. A code payment never is. */
  readonly request: string | null
  /** Tells a new payment code, or another browser, from a repeated one without keeping it. */
  readonly code_mark: string | null
  /** What WeChat gave by which its payer finds the order, and when: it lives for a while only. */
  readonly prepay: string | null
  readonly prepay_at: number | null
  /** For whom it was made, where it is one person's. */
  readonly payer: CustomerId | null
  readonly sent_at: number
  /** Until when an order may be paid. */
  readonly expires_at: number | null
  readonly transaction_id: string | null
  readonly paid_at: number | null
  readonly refusal: string | null
  readonly detail: string | null
  /** Since when WeChat says that it has never seen this number; nothing once it has. */
  readonly missing_at: number | null
  /** Who paid, where WeChat told. */
  readonly customer: CustomerId | null
}

export type ReversalRow = {
  /** The `out_trade_no` it undoes. */
  readonly id: string
  readonly state: StateOf<"reversal">
  readonly version: number
  /** `superseded`: its payer goes another way. */
  readonly why: "till" | "silence" | "unknown" | "surplus" | "superseded"
  readonly returned: Fen
  readonly asked_at: number
  /** When it was last sent without an answer: from then on it may still arrive. */
  readonly unheard_at: number | null
}

export type RefundRow = {
  /** The `out_refund_no`. */
  readonly id: string
  readonly state: StateOf<"refund">
  readonly version: number
  readonly payment: string
  readonly attempt: string
  readonly merchant: string
  readonly key: string
  readonly amount: Fen
  readonly request: string
  readonly refund_id: string | null
  readonly detail: string | null
  readonly asked_at: number
  readonly accepted_at: number | null
  /** Where it was asked for, which need not be where the sale was. */
  readonly store: string | null
  readonly device: string | null
  /** Who asked for it, as the old system names them. */
  readonly asked_by: string | null
  /** The supervisor who let it go. */
  readonly confirmed_by: string | null
  /** When it was last sent without an answer: from then on it may still arrive. */
  readonly unheard_at: number | null
}

export type HistoryRow = {
  readonly subject: Subject
  readonly id: string
  readonly version: number
  readonly from: string | null
  readonly to: string
  readonly event: string
  readonly detail: string | null
  readonly at: number
}

export type PaymentTables = {
  readonly weir_payments: PaymentRow
  readonly weir_attempts: AttemptRow
  readonly weir_reversals: ReversalRow
  readonly weir_refunds: RefundRow
  readonly weir_history: HistoryRow
}

interface RowOf {
  readonly payment: PaymentRow
  readonly attempt: AttemptRow
  readonly reversal: ReversalRow
  readonly refund: RefundRow
}

export const tableOf = {
  payment: "weir_payments",
  attempt: "weir_attempts",
  reversal: "weir_reversals",
  refund: "weir_refunds"
} as const

/** Why something moved, for its history: the event, a fact for a person to read (never personal data), and when. */
export interface Because {
  readonly event: string
  readonly detail?: string | undefined
  readonly at: number
}

export const tables = (sql: Sql) => sql.withTables<PaymentTables>()

/** Holds a payment until the write ends: what is then read about it stays so, whichever process writes beside this one. */
export const hold = (sql: Sql, id: string) => holdPayment(sql, { id })

const holdPayment = statement((sql, { id }: { readonly id: string }) =>
  tables(sql)
    .updateTable("weir_payments")
    .set((column) => ({ asked_at: column.ref("asked_at") }))
    .where("id", "=", id)
)

/** What all subjects share, under one name for the four tables. */
type Moving = { readonly id: string; readonly state: string; readonly version: number }
const movable = (sql: Sql) => sql.withTables<{ readonly weir_subjects: Moving }>()
const table = (subject: Subject) => tableOf[subject] as "weir_subjects"

type Moved = Moving & { readonly was: number }

const statementsOf = (subject: Subject) => ({
  insert: statement((sql, row: Moving) => movable(sql).insertInto(table(subject)).values(row)),
  move: statement((sql, { id, was, ...to }: Moved) =>
    movable(sql).updateTable(table(subject)).set(to).where("id", "=", id).where("version", "=", was)
  )
})

const statements = {
  payment: statementsOf("payment"),
  attempt: statementsOf("attempt"),
  reversal: statementsOf("reversal"),
  refund: statementsOf("refund")
}

/** Writes down something new, with the first row of its history. */
export const begin = async <S extends Subject>(
  sql: Sql,
  subject: S,
  row: Omit<RowOf[S], "version">,
  because: Because
): Promise<RowOf[S]> => {
  const first = { ...row, version: 1 } as RowOf[S]
  await statements[subject].insert(sql, first)
  remember(sql, subject, first, null, because)
  return first
}

/**
 * Moves a row along its graph: compare-and-set on the version, one row of history. `undefined` when somebody else moved it first,
 * in which case nothing is written. A move that the graph does not have is a mistake of ours and throws.
 */
export const move = async <S extends Subject>(
  sql: Sql,
  subject: S,
  row: RowOf[S],
  to: StateOf<S>,
  because: Because,
  changes: Partial<RowOf[S]> = {}
): Promise<RowOf[S] | undefined> => {
  if (!allows(subject, row.state, to)) {
    throw new Error(`A ${subject} cannot go from ${row.state} to ${to} (${because.event})`)
  }
  const version = row.version + 1
  const values = { ...changes, id: row.id, was: row.version, state: to, version }
  if ((await statements[subject].move(sql, values)).changed !== 1) return undefined
  const moved = { ...row, ...changes, state: to, version }
  remember(sql, subject, moved, row.state, because)
  return moved
}

const remember = (
  sql: Sql,
  subject: Subject,
  { id, state: to, version }: Moving,
  from: string | null,
  { at, detail, event }: Because
) =>
  append(sql, "weir_history", {
    subject,
    id,
    version,
    from,
    to,
    event,
    detail: detail?.slice(0, 255) ?? null,
    at
  } satisfies HistoryRow)

/** The last time something became `to`. */
export const lastMove = (sql: Sql, subject: Subject, id: string, to: string) =>
  tables(sql)
    .selectFrom("weir_history")
    .selectAll()
    .where("subject", "=", subject)
    .where("id", "=", id)
    .where("to", "=", to)
    .orderBy("version", "desc")
    .limit(1)
    .executeTakeFirst()
