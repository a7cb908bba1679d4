import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { databaseMigrations, rememberMode } from "../../../core/database/settings.ts"
import { databaseIn, temporaryFile } from "../../support/database.ts"

describe("a database", () => {
  it.effect("remembers its mode and refuses the other, with a sentence that says what to do", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const start = (mode: string) =>
        Effect.provide(rememberMode(mode), databaseIn(file, databaseMigrations))
      yield* start("development")
      yield* start("development")
      const error = yield* Effect.flip(start("production"))
      assert.include(error.message, "belongs to development")
      assert.include(error.message, "WEIR_MODE=development")
      yield* start("development")
    })
  )
})
