import { Effect, Schema } from "effect"
import { Database, type Sql } from "./database.ts"
import { migration } from "./migrator.ts"

type SettingTables = {
  readonly weir_settings: { readonly name: string; readonly value: string }
}

/** A database made for trying things must not meet real money, nor the other way round. */
class WrongMode extends Schema.TaggedError<WrongMode>()("WrongMode", {
  remembered: Schema.String,
  asked: Schema.String
}) {
  override readonly message =
    `This database belongs to ${this.remembered} and cannot be used in ${this.asked}: set WEIR_MODE=${this.remembered}, or DATABASE_URL to another database`
}

/** The first mode a database is used in is its mode for good. */
export const rememberMode = Effect.fn("rememberMode")(function* (mode: string) {
  const database = yield* Database
  const remembered = yield* database.write("settings", (sql) => remember(sql, "mode", mode))
  if (remembered !== mode) return yield* new WrongMode({ remembered, asked: mode })
})

/** Keeps the first value ever given under a name, and returns it. */
export const remember = async (sql: Sql, name: string, value: string): Promise<string> => {
  const tables = sql.withTables<SettingTables>()
  const known = await tables
    .selectFrom("weir_settings")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst()
  if (known === undefined)
    await tables.insertInto("weir_settings").values({ name, value }).execute()
  return known?.value ?? value
}

export const databaseMigrations = [
  migration("database_0001", {
    up: (sql) =>
      sql.schema
        .createTable("weir_settings")
        .addColumn("name", "varchar(64)", (column) => column.primaryKey())
        .addColumn("value", "varchar(255)", (column) => column.notNull())
        .execute(),
    down: (sql) => sql.schema.dropTable("weir_settings").execute()
  })
]
