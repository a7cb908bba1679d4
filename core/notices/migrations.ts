import type { Sql } from "../database/database.ts"
import { createIndex, dropTables, migration } from "../database/migrator.ts"

const notices = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_notices")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("notice", "varchar(32)", (column) => column.notNull())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("content", "blob", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("held_until", "bigint")
    .addColumn("counted_day", "integer")
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("channel", "varchar(16)")
    .addColumn("appid", "varchar(32)")
    .addColumn("contact", "varchar(40)")
    .addColumn("template", "varchar(64)")
    .addColumn("action", "varchar(16)")
    .addColumn("attempted_at", "bigint")
    .addColumn("message_id", "varchar(32)")
    .addColumn("why", "varchar(128)")
    .addColumn("ended_at", "bigint")
    .execute()
  await createIndex(sql, "weir_notices", "customer", ["customer"])
  await createIndex(sql, "weir_notices", "message", ["message_id", "appid"])
  await createIndex(sql, "weir_notices", "contact", ["contact"])
  await createIndex(sql, "weir_notices", "created", ["created_at"])
}

const changes = (sql: Sql) =>
  sql.schema
    .createTable("weir_notice_changes")
    .addColumn("notice", "varchar(40)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("from", "varchar(16)")
    .addColumn("to", "varchar(16)", (column) => column.notNull())
    .addColumn("why", "varchar(128)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_notice_changes_key", ["notice", "version"])
    .execute()

const results = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_notice_results")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("message_id", "varchar(32)", (column) => column.notNull())
    .addColumn("contact", "varchar(40)", (column) => column.notNull())
    .addColumn("template", "varchar(64)")
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("why", "varchar(128)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_notice_results_key", ["message_id", "appid"])
    .execute()
  await createIndex(sql, "weir_notice_results", "contact", ["contact"])
}

const restraint = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_notice_days")
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("day", "integer", (column) => column.notNull())
    .addColumn("sent", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_notice_days_key", ["customer", "day"])
    .execute()
  await createIndex(sql, "weir_notice_days", "day", ["day"])
  await sql.schema
    .createTable("weir_notice_tally")
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "integer", (column) => column.notNull())
    .addColumn("sent", "integer", (column) => column.notNull())
    .addColumn("refused", "integer", (column) => column.notNull())
    .addColumn("gone", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_notice_tally_key", ["plugin", "day"])
    .execute()
}

const templates = (sql: Sql) =>
  sql.schema
    .createTable("weir_notice_templates")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("notice", "varchar(32)", (column) => column.notNull())
    .addColumn("kind", "varchar(16)", (column) => column.notNull())
    .addColumn("template", "varchar(64)", (column) => column.notNull())
    .addColumn("fields", "text", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_notice_templates_key", ["appid", "plugin", "notice", "kind"])
    .execute()

const masses = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_masses")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("entity", "varchar(64)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("content", "blob", (column) => column.notNull())
    .addColumn("cursor", "varchar(40)")
    .addColumn("parts", "integer", (column) => column.notNull())
    .addColumn("why", "varchar(128)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await sql.schema
    .createTable("weir_mass_parts")
    .addColumn("mass", "varchar(40)", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("people", "integer", (column) => column.notNull())
    .addColumn("openids", "blob")
    .addColumn("cursor", "varchar(40)")
    .addColumn("attempted_at", "bigint", (column) => column.notNull())
    .addColumn("message_id", "varchar(32)")
    .addPrimaryKeyConstraint("weir_mass_parts_key", ["mass", "number"])
    .execute()
  await sql.schema
    .createTable("weir_mass_results")
    .addColumn("message_id", "varchar(32)", (column) => column.notNull())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("status", "varchar(64)", (column) => column.notNull())
    .addColumn("sent", "integer", (column) => column.notNull())
    .addColumn("filtered", "integer", (column) => column.notNull())
    .addColumn("failed", "integer", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_mass_results_key", ["message_id", "appid"])
    .execute()
  await createIndex(sql, "weir_mass_parts", "message", ["message_id"])
  await sql.schema
    .createTable("weir_mass_counts")
    .addColumn("contact", "varchar(40)", (column) => column.notNull())
    .addColumn("month", "integer", (column) => column.notNull())
    .addColumn("sent", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_mass_counts_key", ["contact", "month"])
    .execute()
  await createIndex(sql, "weir_mass_counts", "month", ["month"])
}

const names = [
  "weir_notice_templates",
  "weir_notice_tally",
  "weir_notice_days",
  "weir_notice_results",
  "weir_notice_changes",
  "weir_notices"
]

export const noticeMigrations = [
  migration("notices_0001", {
    up: async (sql) => {
      await notices(sql)
      await changes(sql)
      await results(sql)
      await restraint(sql)
      await templates(sql)
    },
    down: (sql) => dropTables(sql, names)
  }),
  migration("notices_0002", {
    up: masses,
    down: (sql) =>
      dropTables(sql, ["weir_mass_counts", "weir_mass_results", "weir_mass_parts", "weir_masses"])
  })
]
