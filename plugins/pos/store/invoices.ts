import type { Fen, Sql } from "#core"

/** An electronic invoice we asked for, blue or red. Who bought is in none of them. */
export interface InvoiceRow {
  /** The number it was asked for by. */
  readonly id: string
  readonly reference: string
  /** Counted per reference: the order in which they are asked for. */
  readonly place: number
  /** What made us ask: the buyer, or the money that went back. Each does so once. */
  readonly cause: string
  /** The invoice that this one takes back. */
  readonly red_of: string | null
  readonly amount: Fen
  readonly state: "asked" | "issued" | "refused"
  readonly number: string | null
  readonly url: string | null
  readonly detail: string | null
  readonly asked_at: number
}

type Tables = { readonly pos_invoices: InvoiceRow }

const tables = (sql: Sql) => sql.withTables<Tables>()

/** All of a sale, as they were asked for. */
export const invoicesOf = (sql: Sql, reference: string): Promise<Array<InvoiceRow>> =>
  tables(sql)
    .selectFrom("pos_invoices")
    .selectAll()
    .where("reference", "=", reference)
    .orderBy("place")
    .execute()

export const addInvoice = async (sql: Sql, row: InvoiceRow): Promise<void> => {
  await tables(sql).insertInto("pos_invoices").values(row).execute()
}

/** What became of one that was asked for; one that has an end keeps it. */
export const endInvoice = async (
  sql: Sql,
  id: string,
  end: Partial<Pick<InvoiceRow, "state" | "number" | "url" | "detail">>
): Promise<void> => {
  await tables(sql)
    .updateTable("pos_invoices")
    .set(end)
    .where("id", "=", id)
    .where("state", "=", "asked")
    .execute()
}

/** The blue one that stands: not refused, and not taken back. */
export const standingInvoice = (all: ReadonlyArray<InvoiceRow>): InvoiceRow | undefined =>
  all.findLast(
    ({ id, red_of, state }) =>
      red_of === null && state !== "refused" && !all.some((other) => other.red_of === id)
  )
