import { migration } from "../../database/migrator.ts"

export const callbackMigrations = [
  migration("callbacks_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("weir_callback_signatures")
        .addColumn("signature", "varchar(80)", (column) => column.primaryKey())
        .addColumn("stale_at", "bigint", (column) => column.notNull())
        .execute()
      await sql.schema
        .createIndex("weir_callback_signatures_stale")
        .on("weir_callback_signatures")
        .column("stale_at")
        .execute()
    },
    down: (sql) => sql.schema.dropTable("weir_callback_signatures").execute()
  })
]
