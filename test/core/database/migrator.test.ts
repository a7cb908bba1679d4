import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import {
  type Migration,
  migrateDown,
  migrateUp,
  migration
} from "../../../core/database/migrator.ts"
import { databaseIn, temporaryFile } from "../../support/database.ts"

const table = (name: string): Migration =>
  migration(`${name}_0001`, {
    up: (sql) => sql.schema.createTable(name).addColumn("id", "varchar(8)").execute(),
    down: (sql) => sql.schema.dropTable(name).execute()
  })

const list = [table("apples"), table("pears"), table("plums")]

const tablesIn = (file: string) => {
  const other = new DatabaseSync(file, { readOnly: true })
  const rows = other
    .prepare(
      "select name from sqlite_master where type = 'table' and name not like 'weir_%' order by name"
    )
    .all()
  other.close()
  return rows.map(({ name }) => name)
}

describe("migrations", () => {
  it.effect("are applied once, in the order of the list, and named", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* migrateUp(list.slice(0, 1)), ["apples_0001"])
        assert.deepStrictEqual(yield* migrateUp(list), ["pears_0001", "plums_0001"])
        assert.deepStrictEqual(yield* migrateUp(list), [])
        assert.deepStrictEqual(tablesIn(file), ["apples", "pears", "plums"])
      }).pipe(Effect.provide(databaseIn(file)))
    })
  )

  it.effect("are taken back newest first, down to a name or to nothing", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        yield* migrateUp(list)
        assert.deepStrictEqual(yield* migrateDown(list, "apples_0001"), [
          "plums_0001",
          "pears_0001"
        ])
        assert.deepStrictEqual(tablesIn(file), ["apples"])
        assert.deepStrictEqual(yield* migrateDown(list), ["apples_0001"])
        assert.deepStrictEqual(tablesIn(file), [])
        assert.deepStrictEqual(
          yield* migrateUp(list),
          list.map(({ name }) => name)
        )
      }).pipe(Effect.provide(databaseIn(file)))
    })
  )

  it.effect("of two starters are applied once", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const did = yield* Effect.all([migrateUp(list), migrateUp(list), migrateUp(list)], {
        concurrency: "unbounded"
      }).pipe(Effect.provide(databaseIn(file)))
      assert.deepStrictEqual(
        did.flat().sort(),
        list.map(({ name }) => name)
      )
    })
  )

  it.effect("that fail leave nothing behind and are begun again", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      let broken = true
      const breaking = migration("breaking_0001", {
        up: async (sql) => {
          await sql.schema.createTable("half").addColumn("id", "varchar(8)").execute()
          if (broken) throw new Error("cut off")
        },
        down: async () => {}
      })
      yield* Effect.gen(function* () {
        const cut = yield* Effect.exit(migrateUp([table("apples"), breaking, table("pears")]))
        assert.isTrue(Exit.isFailure(cut))
        assert.deepStrictEqual(tablesIn(file), ["apples"])
        broken = false
        const rest = yield* migrateUp([table("apples"), breaking, table("pears")])
        assert.deepStrictEqual(rest, ["breaking_0001", "pears_0001"])
      }).pipe(Effect.provide(databaseIn(file)))
    })
  )

  it.effect("have one name each", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const exit = yield* Effect.exit(
        Effect.provide(migrateUp([...list, ...list]), databaseIn(file))
      )
      assert.isTrue(Exit.isFailure(exit))
    })
  )
})
