import type { Sql } from "../database/database.ts"
import { migration } from "../database/migrator.ts"

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
  await index(sql, "card", "at")
  await index(sql, "visitor", "at")
  await index(sql, "customer")
  await index(sql, "at")
}

const index = (sql: Sql, ...columns: ReadonlyArray<"card" | "visitor" | "customer" | "at">) =>
  sql.schema
    .createIndex(`weir_share_visits_${columns.join("_")}`)
    .on("weir_share_visits")
    .columns([...columns])
    .execute()

export const sharingMigrations = [
  migration("sharing_0001", {
    up: async (sql) => {
      await cards(sql)
      await visits(sql)
    },
    down: async (sql) => {
      for (const name of ["weir_share_visits", "weir_share_cards"])
        await sql.schema.dropTable(name).execute()
    }
  })
]
