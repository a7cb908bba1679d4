import type { Sql } from "../database/database.ts"
import { statement } from "../database/statement.ts"
import type { Sale } from "./standing.ts"
import {
  type AttemptRow,
  type PaymentRow,
  type RefundRow,
  type ReversalRow,
  tables
} from "./store.ts"

// What is written down about payments, as it is looked up. Every sale needs some of it, so each is compiled once.

export const paymentOf = async (sql: Sql, id: string): Promise<PaymentRow> => {
  const row = await paymentNumbered(sql, id)
  if (row === undefined) throw new Error(`There is no payment ${id}`)
  return row
}

export const paymentNumbered = async (sql: Sql, id: string): Promise<PaymentRow | undefined> =>
  (await paymentById(sql, { id })).rows[0]

export const attemptOf = async (sql: Sql, id: string): Promise<AttemptRow | undefined> =>
  (await findAttempt(sql, { id })).rows[0]

export const attemptsOf = async (sql: Sql, payment: string): Promise<ReadonlyArray<AttemptRow>> =>
  (await findAttempts(sql, { payment })).rows

export const reversalOf = async (sql: Sql, id: string): Promise<ReversalRow | undefined> =>
  (await findReversal(sql, { id })).rows[0]

export const refundsOf = async (sql: Sql, payment: string): Promise<ReadonlyArray<RefundRow>> =>
  (await findRefunds(sql, { payment })).rows

type Id = { readonly id: string }
type Of = { readonly payment: string }

const paymentById = statement((sql, { id }: Id) =>
  tables(sql).selectFrom("weir_payments").selectAll().where("id", "=", id)
)
const findAttempt = statement((sql, { id }: Id) =>
  tables(sql).selectFrom("weir_attempts").selectAll().where("id", "=", id)
)
const findAttempts = statement((sql, { payment }: Of) =>
  tables(sql)
    .selectFrom("weir_attempts")
    .selectAll()
    .where("payment", "=", payment)
    .orderBy("number")
)
const findReversal = statement((sql, { id }: Id) =>
  tables(sql).selectFrom("weir_reversals").selectAll().where("id", "=", id)
)

type Place = Pick<PaymentRow, "plugin" | "reference" | "part">

/** The payment of a reference, if there is one. */
export const findPayment = async (
  sql: Sql,
  { part, plugin, reference }: Place
): Promise<PaymentRow | undefined> => (await paymentAt(sql, { part, plugin, reference })).rows[0]

const paymentAt = statement((sql, { part, plugin, reference }: Place) =>
  tables(sql)
    .selectFrom("weir_payments")
    .selectAll()
    .where("plugin", "=", plugin)
    .where("reference", "=", reference)
    .where("part", "=", part)
)

/** The payments of every part of a reference, in the order they were asked for. */
export const findPayments = (
  sql: Sql,
  { plugin, reference }: Pick<PaymentRow, "plugin" | "reference">
): Promise<Array<PaymentRow>> =>
  tables(sql)
    .selectFrom("weir_payments")
    .selectAll()
    .where("plugin", "=", plugin)
    .where("reference", "=", reference)
    .orderBy("created_at")
    .orderBy("part")
    .execute()

/** All that is written down about a payment. */
export const saleRows = async (sql: Sql, payment: PaymentRow): Promise<Sale> => {
  const attempts = await attemptsOf(sql, payment.id)
  const { rows: reversals } = await findReversals(sql, { payment: payment.id })
  const refunds = await refundsOf(sql, payment.id)
  return { payment, attempts, reversals, refunds }
}

const findReversals = statement((sql, { payment }: Of) =>
  tables(sql)
    .selectFrom("weir_reversals as reversal")
    .innerJoin("weir_attempts as attempt", "attempt.id", "reversal.id")
    .selectAll("reversal")
    .where("attempt.payment", "=", payment)
)
const findRefunds = statement((sql, { payment }: Of) =>
  tables(sql)
    .selectFrom("weir_refunds")
    .selectAll()
    .where("payment", "=", payment)
    .orderBy("asked_at")
)
