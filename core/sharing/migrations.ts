import type { Sql } from "../database/database.ts"
import { createIndex, dropTables, migration } from "../database/migrator.ts"

// Neither table has a place for who shared a card, nor for what anybody would get for it.

const cards = (sql: Sql) =>
  sql.schema
    .createTable("weir_share_cards")
    .addColumn("id", "varchar(24)", (column) => column.primaryKey())
    .addColumn("plugin", "varchar(64)", (column) => column.notNull())
    .addColumn("sealed", "blob", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()

const visits = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_share_visits")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("card", "varchar(24)", (column) => column.notNull())
    .addColumn("visitor", "varchar(40)", (column) => column.notNull())
    .addColumn("customer", "varchar(28)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_share_visits", "card_at", ["card", "at"])
  await createIndex(sql, "weir_share_visits", "visitor_at", ["visitor", "at"])
  await createIndex(sql, "weir_share_visits", "customer")
  await createIndex(sql, "weir_share_visits", "at")
}

export const sharingMigrations = [
  migration("sharing_0001", {
    up: async (sql) => {
      await cards(sql)
      await visits(sql)
    },
    down: (sql) => dropTables(sql, ["weir_share_visits", "weir_share_cards"])
  })
]
