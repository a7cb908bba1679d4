import { sql as raw } from "kysely"
import { createIndex, dropIndex, dropTables, migration } from "../../database/migrator.ts"

export const connectionMigrations = [
  migration("connections_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("weir_tellings")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("state", "varchar(16)", (column) => column.notNull())
        .addColumn("version", "integer", (column) => column.notNull())
        .addColumn("connection", "varchar(64)", (column) => column.notNull())
        .addColumn("errand", "varchar(64)", (column) => column.notNull())
        .addColumn("our_key", "varchar(191)", (column) => column.notNull())
        .addColumn("same", "varchar(64)", (column) => column.notNull())
        .addColumn("request", raw`mediumblob`, (column) => column.notNull())
        .addColumn("reply", raw`mediumblob`)
        .addColumn("detail", "varchar(255)")
        .addColumn("tries", "integer", (column) => column.notNull())
        .addColumn("asked_at", "bigint", (column) => column.notNull())
        .addColumn("sent_at", "bigint")
        .addColumn("ended_at", "bigint")
        .execute()
      await createIndex(sql, "weir_tellings", "standing", ["connection", "state", "asked_at"])
      await sql.schema
        .createTable("weir_pulls")
        .addColumn("name", "varchar(128)", (column) => column.primaryKey())
        .addColumn("place", "varchar(255)")
        .addColumn("unacknowledged", raw`mediumtext`)
        .addColumn("at", "bigint", (column) => column.notNull())
        .execute()
    },
    down: (sql) => dropTables(sql, ["weir_pulls", "weir_tellings"])
  }),
  // So that what ended long ago is found without looking through all that was ever told.
  migration("connections_0002", {
    up: (sql) => createIndex(sql, "weir_tellings", "ended", ["state", "ended_at"]),
    down: (sql) => dropIndex(sql, "weir_tellings", "weir_tellings_ended")
  })
]
