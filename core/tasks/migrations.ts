import { sql as raw } from "kysely"
import type { Sql } from "../database/database.ts"
import { migration } from "../database/migrator.ts"

const create = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_task_keys")
    .addColumn("task_key", "varchar(191)", (column) => column.primaryKey())
    .addColumn("next_sequence", "bigint", (column) => column.notNull())
    .addColumn("kind", "varchar(128)", (column) => column.notNull())
    .addColumn("due", "bigint")
    .addColumn("epoch", "bigint", (column) => column.notNull())
    .addColumn("leased_until", "bigint", (column) => column.notNull())
    .addColumn("parked_at", "bigint")
    .execute()
  await sql.schema
    .createIndex("weir_task_keys_due")
    .on("weir_task_keys")
    .columns(["kind", "due"])
    .execute()
  await sql.schema
    .createIndex("weir_task_keys_parked")
    .on("weir_task_keys")
    .column("parked_at")
    .execute()
  await sql.schema
    .createTable("weir_tasks")
    .addColumn("task_key", "varchar(191)", (column) => column.notNull())
    .addColumn("sequence", "bigint", (column) => column.notNull())
    .addColumn("kind", "varchar(128)", (column) => column.notNull())
    .addColumn("payload", raw`mediumtext`, (column) => column.notNull())
    .addColumn("due", "bigint", (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull())
    .addColumn("last_error", "varchar(64)")
    .addPrimaryKeyConstraint("weir_tasks_key", ["task_key", "sequence"])
    .execute()
}

export const taskMigrations = [
  migration("tasks_0001", {
    up: create,
    down: async (sql) => {
      await sql.schema.dropTable("weir_tasks").execute()
      await sql.schema.dropTable("weir_task_keys").execute()
    }
  })
]
