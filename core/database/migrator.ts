import { Clock, Effect } from "effect"
import { SqliteAdapter } from "kysely"
import { Database, type Sql } from "./database.ts"

/** A step in the shape of the tables. Its name is recorded for good and never used again. */
export interface Migration {
  readonly name: string
  readonly up: (sql: Sql) => Promise<unknown>
  readonly down: (sql: Sql) => Promise<unknown>
}

/**
 * Declares a step. On MySQL a change of tables is committed at once, so a step cut off in its middle is run again from its beginning:
 * tables, columns and indexes that are there already are passed over, and changes of rows must bear being made twice.
 */
export const migration = (name: string, steps: Omit<Migration, "name">): Migration => ({
  name,
  ...steps
})

/** Takes an index away: on SQLite it has a name of its own, on MySQL it is its table's. */
export const dropIndex = (sql: Sql, table: string, index: string): Promise<void> => {
  const drop = sql.schema.dropIndex(index)
  const alone = sql.getExecutor().adapter instanceof SqliteAdapter
  return (alone ? drop : drop.on(table)).execute()
}

/** Adds an index, named after its table. */
export const createIndex = (
  sql: Sql,
  table: string,
  name: string,
  columns: ReadonlyArray<string> = [name]
): Promise<void> =>
  sql.schema
    .createIndex(`${table}_${name}`)
    .on(table)
    .columns([...columns])
    .execute()

export const dropTables = async (sql: Sql, names: ReadonlyArray<string>): Promise<void> => {
  for (const name of names) await sql.schema.dropTable(name).execute()
}

type MigrationTables = {
  readonly weir_migrations: { readonly name: string; readonly applied_at: number }
}

/** Applies what is missing, in the order of the list, and returns the names of what it applied. */
export const migrateUp = Effect.fn("migrateUp")(function* (migrations: ReadonlyArray<Migration>) {
  const names = new Set(migrations.map(({ name }) => name))
  if (names.size < migrations.length) return yield* Effect.die("Two migrations have one name")
  const database = yield* Database
  const now = yield* Clock.currentTimeMillis
  const known = yield* migrationsApplied
  const applied: Array<string> = []
  for (const { name, up } of migrations.filter(({ name }) => !known.has(name))) {
    const did = yield* database.alter(async (sql) => {
      if ((await recorded(sql)).has(name)) return false
      await up(sql)
      await tables(sql).insertInto("weir_migrations").values({ name, applied_at: now }).execute()
      return true
    })
    if (did) applied.push(name)
  }
  return applied
})

/** Takes back what was applied after `to`, newest first (without `to`: all of it), and returns the names of what it took back. */
export const migrateDown = Effect.fn("migrateDown")(function* (
  migrations: ReadonlyArray<Migration>,
  to?: string
) {
  const last = migrations.findIndex(({ name }) => name === to)
  if (to !== undefined && last < 0) return yield* Effect.die(`There is no migration ${to}`)
  const database = yield* Database
  const undone: Array<string> = []
  for (const { down, name } of migrations.slice(last + 1).reverse()) {
    const did = yield* database.alter(async (sql) => {
      if (!(await recorded(sql)).has(name)) return false
      await down(sql)
      await tables(sql).deleteFrom("weir_migrations").where("name", "=", name).execute()
      return true
    })
    if (did) undone.push(name)
  }
  return undone
})

/** The names of what has been applied to a database, which may never have been used. Changes nothing. */
export const migrationsApplied: Effect.Effect<
  ReadonlySet<string>,
  never,
  Database
> = Effect.flatMap(Database, (database) =>
  database.read(async (sql) => {
    const known = await sql.introspection.getTables()
    return known.some(({ name }) => name === "weir_migrations")
      ? await namesIn(sql)
      : new Set<string>()
  })
)

const tables = (sql: Sql) => sql.withTables<MigrationTables>()

const namesIn = async (sql: Sql): Promise<ReadonlySet<string>> => {
  const rows = await tables(sql).selectFrom("weir_migrations").select("name").execute()
  return new Set(rows.map(({ name }) => name))
}

/** Read under the lock each time, as another process may have been quicker. */
const recorded = async (sql: Sql): Promise<ReadonlySet<string>> => {
  await sql.schema
    .createTable("weir_migrations")
    .ifNotExists()
    .addColumn("name", "varchar(191)", (column) => column.primaryKey())
    .addColumn("applied_at", "bigint", (column) => column.notNull())
    .execute()
  return namesIn(sql)
}
