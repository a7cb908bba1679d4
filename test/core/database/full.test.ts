import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Layer } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { StorageFailed } from "../../../core/database/engine.ts"
import {
  databaseIn,
  note,
  noted,
  noteMigrations,
  notes,
  temporaryFile
} from "../../support/database.ts"

const fresh = Layer.unwrap(Effect.map(temporaryFile, (file) => databaseIn(file, noteMigrations)))

/** Lets the file grow no further and writes until it is full. */
const fill = async (sql: Sql) => {
  await raw`pragma max_page_count = 1`.execute(sql)
  for (let place = 0; place < 1_000; place++)
    await notes(sql)
      .insertInto("notes")
      .values({ id: `fill ${place}`, text: "x".repeat(40) })
      .execute()
}

const write = (work: (sql: Sql) => Promise<unknown>) =>
  Effect.exit(Database.use((database) => database.write("fill", work)))

const isStorageFailed = (exit: Exit.Exit<unknown>) =>
  Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof StorageFailed

describe("a full file", () => {
  it.effect("stores nothing of those that met it together, and the next write heals it", () =>
    Effect.gen(function* () {
      yield* note("before")
      const exits = yield* Effect.all(
        [Effect.exit(note("beside")), write(fill), Effect.exit(note("behind"))],
        {
          concurrency: "unbounded"
        }
      )
      assert.deepStrictEqual(exits.map(isStorageFailed), [true, true, true])
      assert.deepStrictEqual(yield* noted, ["before"])
      yield* note("after")
      assert.deepStrictEqual(yield* noted, ["after", "before"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("does not let a work that overlooks it store half of itself", () =>
    Effect.gen(function* () {
      const exit = yield* write(async (sql) => {
        await notes(sql).insertInto("notes").values({ id: "first half", text: "" }).execute()
        await fill(sql).catch(() => {})
        await notes(sql).insertInto("notes").values({ id: "second half", text: "" }).execute()
      })
      const ids = yield* noted
      assert.isTrue(
        Exit.isSuccess(exit)
          ? ids.includes("first half") && ids.includes("second half")
          : ids.length === 0
      )
    }).pipe(Effect.provide(fresh))
  )
})
