import type { Sql } from "../../database/database.ts"
import { dropTables, migration } from "../../database/migrator.ts"

const shipments = (sql: Sql) =>
  sql.schema
    .createTable("weir_shipments")
    .addColumn("payment", "varchar(32)", (column) => column.notNull())
    .addColumn("number", "integer", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("mark", "varchar(32)", (column) => column.notNull())
    .addColumn("kind", "varchar(16)", (column) => column.notNull())
    .addColumn("whole", "integer")
    .addColumn("shipped_at", "bigint", (column) => column.notNull())
    .addColumn("sealed", "blob")
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("tried_at", "bigint")
    .addColumn("detail", "varchar(64)")
    .addColumn("asked_at", "bigint", (column) => column.notNull())
    .addColumn("ended_at", "bigint")
    .addPrimaryKeyConstraint("weir_shipments_key", ["payment", "number"])
    .execute()

const managed = (sql: Sql) =>
  sql.schema
    .createTable("weir_trade_managed")
    .addColumn("appid", "varchar(32)", (column) => column.primaryKey())
    .addColumn("managed", "integer", (column) => column.notNull())
    .addColumn("asked_at", "bigint", (column) => column.notNull())
    .execute()

/** What was sent for payments, as far as WeChat must know of it. */
export const shippingMigrations = [
  migration("shipping_0001", {
    up: async (sql) => {
      await shipments(sql)
      await managed(sql)
    },
    down: (sql) => dropTables(sql, ["weir_trade_managed", "weir_shipments"])
  })
]
