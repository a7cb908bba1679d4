import type { Sql } from "../database/database.ts"
import { createIndex, dropTables, migration } from "../database/migrator.ts"

const sessions = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_sessions")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("account", "varchar(32)", (column) => column.notNull())
    .addColumn("sealed", "blob", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("seen_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_sessions", "customer")
  await createIndex(sql, "weir_sessions", "expires_at")
}

const logins = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_logins")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("way", "varchar(16)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("browser", "varchar(40)", (column) => column.notNull())
    .addColumn("account", "varchar(32)", (column) => column.notNull())
    .addColumn("target", "blob", (column) => column.notNull())
    .addColumn("code", "varchar(40)")
    .addColumn("lease_until", "bigint", (column) => column.notNull())
    .addColumn("refusal", "varchar(32)")
    .addColumn("customer", "varchar(28)")
    .addColumn("sealed", "blob")
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_logins", "customer")
  await createIndex(sql, "weir_logins", "expires_at")
}

const tickets = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_tickets")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("system", "varchar(32)", (column) => column.notNull())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("account", "varchar(32)", (column) => column.notNull())
    .addColumn("sealed", "blob", (column) => column.notNull())
    .addColumn("used_at", "bigint")
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_tickets", "customer")
  await createIndex(sql, "weir_tickets", "expires_at")
}

export const loginMigrations = [
  migration("login_0001", {
    up: async (sql) => {
      await sessions(sql)
      await logins(sql)
      await tickets(sql)
    },
    down: (sql) => dropTables(sql, ["weir_tickets", "weir_logins", "weir_sessions"])
  })
]
