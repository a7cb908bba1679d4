import { migration, type Sql } from "#core"

export interface ComplaintRow {
  readonly id: string
  readonly mchid: string
  readonly out_trade_no: string
  readonly transaction_id: string
  readonly amount: number
  readonly openid: string
  readonly detail: string
  readonly problem: "REFUND" | "SERVICE_NOT_WORK" | "OTHERS"
  readonly refund_wanted: number | null
  readonly phone: string | null
  readonly state: "PENDING" | "PROCESSING" | "PROCESSED"
  /** The customer has said something since the merchant last did. */
  readonly waits: 0 | 1
  readonly complained_at: number
}

/** A line of what was said and done. */
export interface SaidRow {
  readonly id: string
  readonly complaint: string
  readonly number: number
  readonly operator: string
  readonly type: string
  readonly details: string
  readonly at: number
}

type Tables = {
  readonly sandbox_complaints: ComplaintRow
  readonly sandbox_complaint_lines: SaidRow
  readonly sandbox_complaint_urls: { readonly mchid: string; readonly url: string }
}

export const complaintTables = (sql: Sql) => sql.withTables<Tables>()

export const complaintOf = (sql: Sql, mchid: string, id: string) =>
  complaintTables(sql)
    .selectFrom("sandbox_complaints")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("id", "=", id)
    .executeTakeFirst()

export const linesOf = (sql: Sql, complaint: string) =>
  complaintTables(sql)
    .selectFrom("sandbox_complaint_lines")
    .selectAll()
    .where("complaint", "=", complaint)
    .orderBy("number", "desc")
    .execute()

export const urlOf = async (sql: Sql, mchid: string) =>
  (
    await complaintTables(sql)
      .selectFrom("sandbox_complaint_urls")
      .select("url")
      .where("mchid", "=", mchid)
      .executeTakeFirst()
  )?.url

const up = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_complaints")
    .addColumn("id", "varchar(64)", (column) => column.primaryKey())
    .addColumn("mchid", "varchar(32)", (column) => column.notNull())
    .addColumn("out_trade_no", "varchar(64)", (column) => column.notNull())
    .addColumn("transaction_id", "varchar(64)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .addColumn("problem", "varchar(32)", (column) => column.notNull())
    .addColumn("refund_wanted", "bigint")
    .addColumn("phone", "varchar(16)")
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("waits", "integer", (column) => column.notNull())
    .addColumn("complained_at", "bigint", (column) => column.notNull())
    .execute()
  await sql.schema
    .createTable("sandbox_complaint_lines")
    .addColumn("id", "varchar(80)", (column) => column.primaryKey())
    .addColumn("complaint", "varchar(64)", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("operator", "varchar(64)", (column) => column.notNull())
    .addColumn("type", "varchar(64)", (column) => column.notNull())
    .addColumn("details", "text", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await sql.schema
    .createTable("sandbox_complaint_urls")
    .addColumn("mchid", "varchar(32)", (column) => column.primaryKey())
    .addColumn("url", "varchar(255)", (column) => column.notNull())
    .execute()
}

const names = ["complaint_urls", "complaint_lines", "complaints"]

export const complaintMigrations = [
  migration("sandbox_complaints_0001", {
    up,
    down: async (sql) => {
      for (const name of names) await sql.schema.dropTable(`sandbox_${name}`).execute()
    }
  })
]
