import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Database, type Sql } from "../../core/database/database.ts"
import { type Migration, migrateUp } from "../../core/database/migrator.ts"

/** Where a database file may be, until the test is over. */
export const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "weir.db")
)

/** The database in a file, with its tables. */
export const databaseIn = (file: string, migrations: ReadonlyArray<Migration> = []) =>
  Layer.effectDiscard(migrateUp(migrations)).pipe(
    Layer.provideMerge(Database.layer(`sqlite:${file}`))
  )

/** A database of its own for each test. */
export const temporaryDatabase = (migrations: ReadonlyArray<Migration> = []) =>
  Layer.unwrap(Effect.map(temporaryFile, (file) => databaseIn(file, migrations)))

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

/** How many transactions the writer has committed. */
export const commits = Database.use((database) =>
  database.read((sql) =>
    sql
      .withTables<{ weir_commits: { mark: number } }>()
      .selectFrom("weir_commits")
      .select("mark")
      .executeTakeFirstOrThrow()
  )
).pipe(Effect.map(({ mark }) => mark))
