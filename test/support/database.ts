import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, parse } from "node:path"
import { describe } from "@effect/vitest"
import { Effect, Layer, type Scope } from "effect"
import { addressOf } from "../../core/database/address.ts"
import { Database, type Sql } from "../../core/database/database.ts"
import { type Migration, migrateUp } from "../../core/database/migrator.ts"
import { mariadb, standsOn, temporaryDatabaseOn } from "./server.ts"

/** A kind of database, which every suite of what is stored runs on. */
export interface Kind {
  readonly name: "SQLite" | "MariaDB"
  /** The address of a new database, which is there until the test is over. */
  readonly place: Effect.Effect<string, never, Scope.Scope>
}

/** Where a database file may be, until the test is over. */
export const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "weir.db")
)

const kinds: ReadonlyArray<Kind> = [
  { name: "SQLite", place: Effect.map(temporaryFile, (file) => `sqlite:${file}`) },
  { name: "MariaDB", place: temporaryDatabaseOn(mariadb) }
]

/** Describes the same of each kind of database; where there is no MariaDB, its part is seen to be skipped. */
export const eachDatabase = (name: string, suite: (database: Kind) => void): void => {
  for (const kind of kinds)
    describe.skipIf(kind.name === "MariaDB" && mariadb === "")(`${name} (${kind.name})`, () =>
      suite(kind)
    )
}

/** A database, with its tables; a file by its path alone, any other by its address. */
export const databaseIn = (place: string, migrations: ReadonlyArray<Migration> = []) =>
  Layer.effectDiscard(migrateUp(migrations)).pipe(
    Layer.provideMerge(Database.layer(/^\w+:/.test(place) ? place : `sqlite:${place}`))
  )

/** A database of its own for each test. */
export const temporaryDatabase = (kind: Kind, migrations: ReadonlyArray<Migration> = []) =>
  Layer.unwrap(Effect.map(kind.place, (url) => databaseIn(url, migrations)))

/** Processes on one database: on a server each has connections of its own, a file's they must share. */
export const processesOn = Effect.fnUntraced(function* (
  kind: Kind,
  migrations: ReadonlyArray<Migration>
) {
  const url = yield* kind.place
  const first = yield* Layer.build(databaseIn(url, migrations))
  return <A, E, R>(layer: Layer.Layer<A, E, Database | R>) =>
    Layer.build(
      Layer.fresh(layer).pipe(
        Layer.provideMerge(
          kind.name === "SQLite" ? Layer.succeedContext(first) : Layer.fresh(databaseIn(url))
        )
      )
    )
})

/** Whether a text stands anywhere in a database in clear: in its files, or on its server. */
export const stands = (url: string, text: string): Effect.Effect<boolean> => {
  const address = addressOf(url)
  if (address.kind === "mysql") return standsOn(url, text)
  const { base, dir } = parse(address.file)
  return Effect.sync(() =>
    readdirSync(dir)
      .filter((name) => name.startsWith(base))
      .some((name) => readFileSync(join(dir, name)).includes(text))
  )
}

type Tables = { readonly notes: { readonly id: string; readonly text: string } }

export const notes = (sql: Sql) => sql.withTables<Tables>()

/** A table to write to. */
export const noteMigrations: ReadonlyArray<Migration> = [
  {
    name: "notes_0001",
    up: (sql) =>
      sql.schema
        .createTable("notes")
        .addColumn("id", "varchar(40)", (column) => column.primaryKey())
        .addColumn("text", "varchar(40)", (column) => column.notNull())
        .execute(),
    down: (sql) => sql.schema.dropTable("notes").execute()
  }
]

export const note = (id: string, text = "") =>
  Database.use((database) =>
    database.write(`note:${id}`, (sql) =>
      notes(sql).insertInto("notes").values({ id, text }).execute()
    )
  )

export const noted = Database.use((database) =>
  database.read((sql) => notes(sql).selectFrom("notes").select("id").orderBy("id").execute())
).pipe(Effect.map((rows) => rows.map(({ id }) => id)))

/** How many transactions have been committed, by the writers' own count. */
export const commits = Database.use((database) =>
  database.read((sql) =>
    sql
      .withTables<{ weir_commits: { mark: number } }>()
      .selectFrom("weir_commits")
      .select("mark")
      .execute()
  )
).pipe(Effect.map((rows) => rows.reduce((sum, { mark }) => sum + mark, 0)))
