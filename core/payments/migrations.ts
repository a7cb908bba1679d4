import type { Sql } from "../database/database.ts"
import { dropTables, migration } from "../database/migrator.ts"

/** A table of something that moves along a graph: its number, its state, and a version for compare-and-set. */
const subject = (sql: Sql, table: string) =>
  sql.schema
    .createTable(table)
    .addColumn("id", "varchar(64)", (column) => column.primaryKey())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())

const payments = async (sql: Sql) => {
  await subject(sql, "weir_payments")
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("reference", "varchar(128)", (column) => column.notNull())
    .addColumn("part", "varchar(32)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("title", "varchar(127)", (column) => column.notNull())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("store", "varchar(32)", (column) => column.notNull())
    .addColumn("device", "varchar(32)", (column) => column.notNull())
    .addColumn("paid_by", "varchar(32)")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("asked_at", "bigint", (column) => column.notNull())
    .addUniqueConstraint("weir_payments_reference", ["plugin", "reference", "part"])
    .execute()
}

const attempts = async (sql: Sql) => {
  await subject(sql, "weir_attempts")
    .addColumn("payment", "varchar(64)", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("way", "varchar(16)", (column) => column.notNull())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("request", "text")
    .addColumn("code_mark", "varchar(64)")
    .addColumn("code_url", "varchar(255)")
    .addColumn("sent_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint")
    .addColumn("transaction_id", "varchar(32)")
    .addColumn("paid_at", "bigint")
    .addColumn("refusal", "varchar(16)")
    .addColumn("detail", "varchar(255)")
    .addColumn("missing_at", "bigint")
    .addUniqueConstraint("weir_attempts_number", ["payment", "number"])
    .execute()
  await sql.schema
    .createIndex("weir_attempts_state")
    .on("weir_attempts")
    .columns(["state", "sent_at"])
    .execute()
}

const reversals = (sql: Sql) =>
  subject(sql, "weir_reversals")
    .addColumn("why", "varchar(16)", (column) => column.notNull())
    .addColumn("returned", "bigint", (column) => column.notNull())
    .addColumn("asked_at", "bigint", (column) => column.notNull())
    .execute()

const refunds = (sql: Sql) =>
  subject(sql, "weir_refunds")
    .addColumn("payment", "varchar(64)", (column) => column.notNull())
    .addColumn("attempt", "varchar(32)", (column) => column.notNull())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("key", "varchar(128)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("request", "text", (column) => column.notNull())
    .addColumn("refund_id", "varchar(32)")
    .addColumn("detail", "varchar(255)")
    .addColumn("asked_at", "bigint", (column) => column.notNull())
    .addColumn("accepted_at", "bigint")
    .addUniqueConstraint("weir_refunds_key", ["payment", "key"])
    .execute()

const history = (sql: Sql) =>
  sql.schema
    .createTable("weir_history")
    .addColumn("subject", "varchar(16)", (column) => column.notNull())
    .addColumn("id", "varchar(64)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("from", "varchar(16)")
    .addColumn("to", "varchar(16)", (column) => column.notNull())
    .addColumn("event", "varchar(64)", (column) => column.notNull())
    .addColumn("detail", "varchar(255)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_history_key", ["subject", "id", "version"])
    .execute()

type Columns = { readonly weir_attempts: Columns0003 }
interface Columns0003 {
  readonly way: string
  readonly sent_at: number
  readonly code_url: string | null
  readonly prepay: string | null
  readonly prepay_at: number | null
}
const tables = (sql: Sql) => sql.withTables<Columns>()

const column = (sql: Sql, table: string, name: string, type: "bigint" | `varchar(${number})`) =>
  sql.schema.alterTable(table).addColumn(name, type).execute()

/** A QR's address becomes what any order is found by; the column it stood in goes in a step of its own. */
const everyWay = async (sql: Sql) => {
  await column(sql, "weir_payments", "expires_at", "bigint")
  await column(sql, "weir_attempts", "appid", "varchar(32)")
  await column(sql, "weir_attempts", "prepay", "varchar(512)")
  await column(sql, "weir_attempts", "prepay_at", "bigint")
  await column(sql, "weir_attempts", "payer", "varchar(28)")
  await tables(sql)
    .updateTable("weir_attempts")
    .set((row) => ({ prepay: row.ref("code_url"), prepay_at: row.ref("sent_at") }))
    .where("code_url", "is not", null)
    .execute()
}

const oneWay = async (sql: Sql) => {
  for (const name of ["payer", "prepay_at", "prepay", "appid"])
    await sql.schema.alterTable("weir_attempts").dropColumn(name).execute()
  await sql.schema.alterTable("weir_payments").dropColumn("expires_at").execute()
}

const names = ["weir_history", "weir_refunds", "weir_reversals", "weir_attempts", "weir_payments"]

export const paymentMigrations = [
  migration("payments_0001", {
    up: async (sql) => {
      await payments(sql)
      await attempts(sql)
      await reversals(sql)
      await refunds(sql)
      await history(sql)
    },
    down: (sql) => dropTables(sql, names)
  }),
  migration("payments_0002", {
    up: (sql) =>
      sql.schema.alterTable("weir_attempts").addColumn("customer", "varchar(28)").execute(),
    down: (sql) => sql.schema.alterTable("weir_attempts").dropColumn("customer").execute()
  }),
  migration("payments_0003", { up: everyWay, down: oneWay }),
  migration("payments_0004", {
    up: (sql) => sql.schema.alterTable("weir_attempts").dropColumn("code_url").execute(),
    down: async (sql) => {
      await column(sql, "weir_attempts", "code_url", "varchar(255)")
      await tables(sql)
        .updateTable("weir_attempts")
        .set((row) => ({ code_url: row.ref("prepay") }))
        .where("way", "=", "native")
        .execute()
    }
  })
]
