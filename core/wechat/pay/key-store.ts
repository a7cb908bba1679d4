import type { Sql } from "../../database/database.ts"
import { migration } from "../../database/migrator.ts"

/** WeChat's certificates as they were fetched; they are public. */
interface KeyRow {
  readonly mchid: string
  readonly serial: string
  readonly pem: string
}

/** When a merchant's certificates were last asked for as usual, and whether WeChat has any for it. */
interface FetchRow {
  readonly mchid: string
  readonly asked_at: number
  /** When it was asked because a message named a key that nobody knew. */
  readonly sought_at: number
  readonly found: "some" | "none" | "unknown"
}

type KeyTables = {
  readonly weir_pay_keys: KeyRow
  readonly weir_pay_key_fetches: FetchRow
}

const tables = (sql: Sql) => sql.withTables<KeyTables>()

export const keptKeys = (sql: Sql): Promise<Array<KeyRow>> =>
  tables(sql).selectFrom("weir_pay_keys").selectAll().execute()

export const keepKeys = async (sql: Sql, mchid: string, rows: ReadonlyArray<KeyRow>) => {
  const known = await tables(sql)
    .selectFrom("weir_pay_keys")
    .select("serial")
    .where("mchid", "=", mchid)
    .execute()
  const fresh = rows.filter(({ serial }) => !known.some((row) => row.serial === serial))
  if (fresh.length > 0) await tables(sql).insertInto("weir_pay_keys").values(fresh).execute()
}

/** Why WeChat is asked: because it is time to, or because a message named a key that nobody knows. */
export interface Occasion {
  readonly column: "asked_at" | "sought_at"
  /** In milliseconds. */
  readonly pause: number
  /** The same once WeChat has said that it has none for this merchant. */
  readonly pauseIfNone: number
}

/** Whether this process is to ask now: one of all, and not again before the pause is over. */
export const claimFetch = async (
  sql: Sql,
  mchid: string,
  { column, pause, pauseIfNone }: Occasion,
  now: number
): Promise<boolean> => {
  const row = await tables(sql)
    .selectFrom("weir_pay_key_fetches")
    .selectAll()
    .where("mchid", "=", mchid)
    .executeTakeFirst()
  if (row === undefined) {
    const first: FetchRow = { mchid, asked_at: 0, sought_at: 0, found: "unknown", [column]: now }
    await tables(sql).insertInto("weir_pay_key_fetches").values(first).execute()
    return true
  }
  if (now < row[column] + (row.found === "none" ? pauseIfNone : pause)) return false
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_pay_key_fetches")
    .set({ [column]: now })
    .where("mchid", "=", mchid)
    .where(column, "=", row[column])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export const noteFetch = (sql: Sql, mchid: string, found: FetchRow["found"]) =>
  tables(sql)
    .updateTable("weir_pay_key_fetches")
    .set({ found })
    .where("mchid", "=", mchid)
    .execute()

export const payKeyMigrations = [
  migration("pay_keys_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("weir_pay_keys")
        .addColumn("mchid", "varchar(32)", (column) => column.notNull())
        .addColumn("serial", "varchar(64)", (column) => column.notNull())
        .addColumn("pem", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("weir_pay_keys_key", ["mchid", "serial"])
        .execute()
      await sql.schema
        .createTable("weir_pay_key_fetches")
        .addColumn("mchid", "varchar(32)", (column) => column.primaryKey())
        .addColumn("asked_at", "bigint", (column) => column.notNull())
        .addColumn("sought_at", "bigint", (column) => column.notNull())
        .addColumn("found", "varchar(16)", (column) => column.notNull())
        .execute()
    },
    down: async (sql) => {
      await sql.schema.dropTable("weir_pay_key_fetches").execute()
      await sql.schema.dropTable("weir_pay_keys").execute()
    }
  })
]
