import type { Sql } from "../../database/database.ts"
import { createIndex, dropTables, migration } from "../../database/migrator.ts"

const complaints = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_complaints")
    .addColumn("id", "varchar(64)", (column) => column.primaryKey())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("out_trade_no", "varchar(64)")
    .addColumn("transaction_id", "varchar(64)")
    .addColumn("amount", "bigint")
    .addColumn("problem", "varchar(64)", (column) => column.notNull())
    .addColumn("refund_wanted", "bigint")
    .addColumn("fully_refunded", "integer", (column) => column.notNull())
    .addColumn("complained_at", "bigint", (column) => column.notNull())
    .addColumn("waits_since", "bigint")
    .addColumn("sealed", "blob", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_complaints", "order", ["out_trade_no"])
  await createIndex(sql, "weir_complaints", "state", ["state", "complained_at"])
}

const acts = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_complaint_acts")
    .addColumn("complaint", "varchar(64)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("by", "varchar(64)", (column) => column.notNull())
    .addColumn("act", "varchar(64)", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_complaint_acts", "complaint", ["complaint", "at"])
}

export const complaintMigrations = [
  migration("complaints_0001", {
    up: async (sql) => {
      await complaints(sql)
      await acts(sql)
    },
    down: (sql) => dropTables(sql, ["weir_complaint_acts", "weir_complaints"])
  })
]
