import { assert, it } from "@effect/vitest"
import { Effect, Exit, Layer } from "effect"
import { Database } from "../../../core/database/database.ts"
import {
  type Migration,
  migrateDown,
  migrateUp,
  migration
} from "../../../core/database/migrator.ts"
import { databaseIn, eachDatabase, processesOn } from "../../support/database.ts"

const table = (name: string): Migration =>
  migration(`${name}_0001`, {
    up: (sql) => sql.schema.createTable(name).addColumn("id", "varchar(8)").execute(),
    down: (sql) => sql.schema.dropTable(name).execute()
  })

const list = [table("apples"), table("pears"), table("plums")]

const tables = Database.use((database) =>
  database.read((sql) => sql.introspection.getTables())
).pipe(
  Effect.map((found) =>
    found
      .map(({ name }) => name)
      .filter((name) => !name.startsWith("weir_"))
      .sort()
  )
)

eachDatabase("migrations", (database) => {
  it.effect("are applied once, in the order of the list, and named", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      yield* Effect.gen(function* () {
        assert.deepStrictEqual(yield* migrateUp(list.slice(0, 1)), ["apples_0001"])
        assert.deepStrictEqual(yield* migrateUp(list), ["pears_0001", "plums_0001"])
        assert.deepStrictEqual(yield* migrateUp(list), [])
        assert.deepStrictEqual(yield* tables, ["apples", "pears", "plums"])
      }).pipe(Effect.provide(databaseIn(url)))
    })
  )

  it.effect("are taken back newest first, down to a name or to nothing", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      yield* Effect.gen(function* () {
        yield* migrateUp(list)
        assert.deepStrictEqual(yield* migrateDown(list, "apples_0001"), [
          "plums_0001",
          "pears_0001"
        ])
        assert.deepStrictEqual(yield* tables, ["apples"])
        assert.deepStrictEqual(yield* migrateDown(list), ["apples_0001"])
        assert.deepStrictEqual(yield* tables, [])
        assert.deepStrictEqual(
          yield* migrateUp(list),
          list.map(({ name }) => name)
        )
      }).pipe(Effect.provide(databaseIn(url)))
    })
  )

  it.effect("of several starters are applied once", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, [])
      const processes = yield* Effect.replicateEffect(begin(Layer.empty), 3)
      const did = yield* Effect.forEach(
        processes,
        (process) => Effect.provideContext(migrateUp(list), process),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(
        did.flat().sort(),
        list.map(({ name }) => name)
      )
    })
  )

  it.effect("that were cut off are begun again from their beginning", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      let broken = true
      const breaking = migration("breaking_0001", {
        up: async (sql) => {
          await sql.schema.createTable("half").addColumn("id", "varchar(8)").execute()
          await sql.schema.createIndex("half_id").on("half").column("id").execute()
          if (broken) throw new Error("cut off")
        },
        down: async () => {}
      })
      yield* Effect.gen(function* () {
        const cut = yield* Effect.exit(migrateUp([table("apples"), breaking, table("pears")]))
        assert.isTrue(Exit.isFailure(cut))
        // A server commits each change of tables at once.
        const left = database.name === "SQLite" ? ["apples"] : ["apples", "half"]
        assert.deepStrictEqual(yield* tables, left)
        broken = false
        const rest = yield* migrateUp([table("apples"), breaking, table("pears")])
        assert.deepStrictEqual(rest, ["breaking_0001", "pears_0001"])
      }).pipe(Effect.provide(databaseIn(url)))
    })
  )

  it.effect("have one name each", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const exit = yield* Effect.exit(
        Effect.provide(migrateUp([...list, ...list]), databaseIn(url))
      )
      assert.isTrue(Exit.isFailure(exit))
    })
  )
})
