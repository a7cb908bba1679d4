import { sql as raw } from "kysely"
import type { Sql } from "../database/database.ts"
import { dropIndex, migration } from "../database/migrator.ts"

const create = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_journal")
    .addColumn("id", "varchar(32)", (column) => column.primaryKey())
    .addColumn("source", "varchar(64)", (column) => column.notNull())
    .addColumn("operation", "varchar(64)", (column) => column.notNull())
    .addColumn("entry_key", "varchar(128)", (column) => column.notNull())
    .addColumn("sealed_key", raw`mediumblob`)
    .addColumn("same", "varchar(128)", (column) => column.notNull())
    .addColumn("lane", "varchar(128)")
    .addColumn("body", raw`mediumblob`, (column) => column.notNull())
    .addColumn("secrets", raw`mediumtext`)
    .addColumn("wipe_at", "bigint")
    .addColumn("answer", raw`mediumblob`)
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("leased_until", "bigint", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("answered_at", "bigint")
    .addColumn("delivered_at", "bigint")
    .addUniqueConstraint("weir_journal_key", ["source", "operation", "entry_key"])
    .execute()
  await sql.schema.createIndex("weir_journal_wipe").on("weir_journal").column("wipe_at").execute()
  await sql.schema
    .createIndex("weir_journal_lane")
    .on("weir_journal")
    .columns(["lane", "delivered_at", "created_at"])
    .execute()
  // So that a start finds what its predecessor held without looking through a year of entries.
  await sql.schema
    .createIndex("weir_journal_leased")
    .on("weir_journal")
    .column("leased_until")
    .execute()
}

export const journalMigrations = [
  migration("journal_0001", {
    up: create,
    down: (sql) => sql.schema.dropTable("weir_journal").execute()
  }),
  migration("journal_0002", {
    up: async (sql) => {
      await sql.schema.alterTable("weir_journal").addColumn("forget_at", "bigint").execute()
      await sql.schema
        .createIndex("weir_journal_forget")
        .on("weir_journal")
        .column("forget_at")
        .execute()
    },
    down: async (sql) => {
      await dropIndex(sql, "weir_journal", "weir_journal_forget")
      await sql.schema.alterTable("weir_journal").dropColumn("forget_at").execute()
    }
  })
]
