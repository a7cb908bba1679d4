import { sql as raw } from "kysely"
import { migration } from "../database/migrator.ts"

export const wechatMigrations = [
  migration("wechat_0001", {
    up: (sql) =>
      sql.schema
        .createTable("weir_wechat_secrets")
        .addColumn("name", "varchar(128)", (column) => column.primaryKey())
        .addColumn("value", raw`mediumblob`)
        .addColumn("version", "bigint", (column) => column.notNull())
        .addColumn("expires_at", "bigint", (column) => column.notNull())
        .addColumn("refresh_at", "bigint", (column) => column.notNull())
        .addColumn("epoch", "bigint", (column) => column.notNull())
        .addColumn("leased_until", "bigint", (column) => column.notNull())
        .addColumn("forced_at", "bigint", (column) => column.notNull())
        .execute(),
    down: (sql) => sql.schema.dropTable("weir_wechat_secrets").execute()
  })
]
