import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { databaseMigrations, rememberMode } from "../../../core/database/settings.ts"
import { databaseIn, eachDatabase } from "../../support/database.ts"

eachDatabase("a database", (database) => {
  it.effect("remembers its mode and refuses the other, with a sentence that says what to do", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const start = (mode: string) =>
        Effect.provide(rememberMode(mode), databaseIn(url, databaseMigrations))
      yield* start("development")
      yield* start("development")
      const error = yield* Effect.flip(start("production"))
      assert.include(error.message, "belongs to development")
      assert.include(error.message, "WEIR_MODE=development")
      yield* start("development")
    })
  )
})
