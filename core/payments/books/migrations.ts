import type { Sql } from "../../database/database.ts"
import { createIndex, dropIndex, dropTables, migration } from "../../database/migrator.ts"

/** What one party wrote of one day, and when it was superseded. */
const files = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_book_files")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("key", "varchar(191)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("source", "varchar(8)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("hash", "varchar(64)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("store", "varchar(32)", (column) => column.notNull())
    .addColumn("till", "varchar(32)", (column) => column.notNull())
    .addColumn("shift", "varchar(32)", (column) => column.notNull())
    .addColumn("lines", "integer", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addUniqueConstraint("weir_book_files_key", ["key", "version"])
    .execute()
  await createIndex(sql, "weir_book_files", "day", ["merchant", "day", "source"])
}

const lines = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_book_lines")
    .addColumn("file", "integer", (column) => column.notNull())
    .addColumn("place", "integer", (column) => column.notNull())
    .addColumn("number", "varchar(64)", (column) => column.notNull())
    .addColumn("kind", "varchar(8)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("settled", "bigint", (column) => column.notNull())
    .addColumn("coupon", "bigint", (column) => column.notNull())
    .addColumn("fee", "bigint", (column) => column.notNull())
    .addColumn("rate", "varchar(16)", (column) => column.notNull())
    .addColumn("status", "varchar(16)", (column) => column.notNull())
    .addColumn("name", "varchar(64)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_book_lines_key", ["file", "place"])
    .execute()
  await createIndex(sql, "weir_book_lines", "number")
}

const money = ["gross", "refunds", "fee", "net"]

const days = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_book_days")
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("step", "varchar(32)", (column) => column.notNull())
    .addColumn("done", "integer", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_book_days_key", ["merchant", "day"])
    .execute()
  const totals = sql.schema
    .createTable("weir_book_totals")
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("store", "varchar(32)", (column) => column.notNull())
    .addColumn("till", "varchar(32)", (column) => column.notNull())
    .addColumn("shift", "varchar(32)", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_book_totals_key", [
      "merchant",
      "day",
      "plugin",
      "store",
      "till",
      "shift"
    ])
  await ["sales", "ledger", "trade", "funds"]
    .flatMap((source) => ["count", ...money].map((part) => `${source}_${part}`))
    .reduce((made, name) => made.addColumn(name, "bigint", (column) => column.notNull()), totals)
    .execute()
}

const differences = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_book_differences")
    .addColumn("number", "varchar(64)", (column) => column.notNull())
    .addColumn("cause", "varchar(24)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("store", "varchar(32)", (column) => column.notNull())
    .addColumn("till", "varchar(32)", (column) => column.notNull())
    .addColumn("shift", "varchar(32)", (column) => column.notNull())
    .addColumn("name", "varchar(64)", (column) => column.notNull())
    .addColumn("sales", "bigint")
    .addColumn("ledger", "bigint")
    .addColumn("trade", "bigint")
    .addColumn("funds", "bigint")
    .addColumn("note", "varchar(255)")
    .addColumn("found_at", "bigint", (column) => column.notNull())
    .addColumn("ended_at", "bigint")
    .addPrimaryKeyConstraint("weir_book_differences_key", ["merchant", "number", "cause"])
    .execute()
  await createIndex(sql, "weir_book_differences", "day", ["merchant", "day", "state"])
  await createIndex(sql, "weir_book_differences", "state", ["merchant", "state", "day"])
}

/** What was posted about a day: when it was closed, or in a later one where its totals have changed since. */
const postings = async (sql: Sql) => {
  let made = sql.schema
    .createTable("weir_book_postings")
    .addColumn("id", "varchar(28)", (column) => column.primaryKey())
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("store", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("posted_in", "varchar(8)")
  for (const part of money) made = made.addColumn(part, "bigint", (column) => column.notNull())
  await made
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("confirmed_at", "bigint")
    .execute()
  await createIndex(sql, "weir_book_postings", "day", ["merchant", "day"])
  await createIndex(sql, "weir_book_postings", "posted_in", ["merchant", "posted_in"])
}

/** What people decided about a day, and what was confirmed of it. */
const decisions = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_book_decisions")
    .addColumn("merchant", "varchar(32)", (column) => column.notNull())
    .addColumn("day", "varchar(8)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("from", "varchar(16)")
    .addColumn("to", "varchar(16)", (column) => column.notNull())
    .addColumn("reason", "varchar(255)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_book_decisions_key", ["merchant", "day", "version"])
    .execute()
}

const names = ["decisions", "postings", "differences", "totals", "days", "lines", "files"]

export const bookMigrations = [
  migration("books_0001", {
    up: async (sql) => {
      for (const create of [files, lines, days, differences, postings, decisions]) await create(sql)
      // A day's books look for what was paid on it, and a till's refund goes by its own key.
      await createIndex(sql, "weir_attempts", "paid_at", ["merchant", "paid_at"])
      await createIndex(sql, "weir_refunds", "accepted_at", ["merchant", "accepted_at"])
      await createIndex(sql, "weir_refunds", "own_key", ["key"])
      await createIndex(sql, "weir_reversals", "asked_at", ["asked_at"])
    },
    down: async (sql) => {
      await dropIndex(sql, "weir_reversals", "weir_reversals_asked_at")
      await dropIndex(sql, "weir_refunds", "weir_refunds_own_key")
      await dropIndex(sql, "weir_refunds", "weir_refunds_accepted_at")
      await dropIndex(sql, "weir_attempts", "weir_attempts_paid_at")
      await dropTables(
        sql,
        names.map((name) => `weir_book_${name}`)
      )
    }
  })
]
