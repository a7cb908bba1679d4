import type { Sql } from "#core"

export interface BillRow {
  readonly form: string
  readonly number: string
  /** A made, B submitted, C audited. */
  readonly status: string
  readonly model: string
}

export interface MessageRow {
  readonly place: number
  readonly code: string
  /** Its sender's own number: a second message with it is taken for the first. */
  readonly number: string
  readonly fields: string
}

export interface InvoiceRow {
  readonly number: string
  readonly place: number
  /** The invoice that this one takes back. */
  readonly red_of: string | null
  readonly fields: string
}

type Tables = {
  readonly legacy_sandbox_bills: BillRow
  readonly legacy_sandbox_sessions: { readonly id: string; readonly used_at: number }
  readonly legacy_sandbox_messages: MessageRow
  readonly legacy_sandbox_invoices: InvoiceRow
}

export const tables = (sql: Sql) => sql.withTables<Tables>()

export const billOf = (sql: Sql, form: string, number: string) =>
  tables(sql)
    .selectFrom("legacy_sandbox_bills")
    .selectAll()
    .where("form", "=", form)
    .where("number", "=", number)
    .executeTakeFirst()

export const setStatus = (sql: Sql, { form, number }: BillRow, status: string) =>
  tables(sql)
    .updateTable("legacy_sandbox_bills")
    .set({ status })
    .where("form", "=", form)
    .where("number", "=", number)
    .execute()

export const messageOf = (sql: Sql, number: string) =>
  tables(sql)
    .selectFrom("legacy_sandbox_messages")
    .selectAll()
    .where("number", "=", number)
    .executeTakeFirst()

export const invoiceOf = (sql: Sql, number: string) =>
  tables(sql)
    .selectFrom("legacy_sandbox_invoices")
    .selectAll()
    .where("number", "=", number)
    .executeTakeFirst()

/** How many rows of a table there are. */
export const count = async (
  sql: Sql,
  table: "legacy_sandbox_messages" | "legacy_sandbox_invoices"
): Promise<number> => {
  const row = await tables(sql)
    .selectFrom(table)
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}
