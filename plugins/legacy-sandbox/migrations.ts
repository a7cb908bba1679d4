import { migration } from "#core"

export const migrations = [
  migration("legacy_sandbox_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("legacy_sandbox_bills")
        .addColumn("form", "varchar(64)", (column) => column.notNull())
        .addColumn("number", "varchar(64)", (column) => column.notNull())
        .addColumn("status", "varchar(1)", (column) => column.notNull())
        .addColumn("model", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("legacy_sandbox_bills_key", ["form", "number"])
        .execute()
      await sql.schema
        .createTable("legacy_sandbox_sessions")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("used_at", "bigint", (column) => column.notNull())
        .execute()
      await sql.schema
        .createTable("legacy_sandbox_messages")
        .addColumn("place", "integer", (column) => column.primaryKey())
        .addColumn("code", "varchar(32)", (column) => column.notNull())
        .addColumn("number", "varchar(64)", (column) => column.notNull())
        .addColumn("fields", "text", (column) => column.notNull())
        .execute()
      await sql.schema
        .createTable("legacy_sandbox_invoices")
        .addColumn("number", "varchar(64)", (column) => column.primaryKey())
        .addColumn("place", "integer", (column) => column.notNull())
        .addColumn("red_of", "varchar(64)")
        .addColumn("fields", "text", (column) => column.notNull())
        .execute()
    },
    down: async (sql) => {
      for (const table of ["invoices", "messages", "sessions", "bills"])
        await sql.schema.dropTable(`legacy_sandbox_${table}`).execute()
    }
  })
]
