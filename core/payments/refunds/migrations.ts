import type { Sql } from "../../database/database.ts"
import { createIndex, dropIndex, migration } from "../../database/migrator.ts"

const texts = { store: 32, device: 32, asked_by: 64, confirmed_by: 64 }

const columns = [...Object.keys(texts), "unheard_at"]

const up = async (sql: Sql) => {
  for (const [name, length] of Object.entries(texts))
    await sql.schema.alterTable("weir_refunds").addColumn(name, `varchar(${length})`).execute()
  await sql.schema.alterTable("weir_refunds").addColumn("unheard_at", "bigint").execute()
  await createIndex(sql, "weir_refunds", "state", ["state", "asked_at"])
}

const down = async (sql: Sql) => {
  await dropIndex(sql, "weir_refunds", "weir_refunds_state")
  for (const name of columns) await sql.schema.alterTable("weir_refunds").dropColumn(name).execute()
}

/** Who asked for a refund, where, and who let it go. */
export const refundMigrations = [migration("refunds_0001", { up, down })]
