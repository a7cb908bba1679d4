import type { Sql } from "../database/database.ts"
import { createIndex, migration } from "../database/migrator.ts"

const withdrawals = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_withdrawals")
    .addColumn("payment", "varchar(32)", (column) => column.primaryKey())
    .addColumn("said_at", "bigint", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_withdrawals", "at")
}

/** What comes late: money that is held, reversals that may still arrive, sales that were taken back before they came. */
export const lateMigrations = [
  migration("late_0001", {
    up: async (sql) => {
      await sql.schema.alterTable("weir_payments").addColumn("held_until", "bigint").execute()
      await sql.schema.alterTable("weir_reversals").addColumn("unheard_at", "bigint").execute()
      await withdrawals(sql)
    },
    down: async (sql) => {
      await sql.schema.dropTable("weir_withdrawals").execute()
      await sql.schema.alterTable("weir_reversals").dropColumn("unheard_at").execute()
      await sql.schema.alterTable("weir_payments").dropColumn("held_until").execute()
    }
  })
]
