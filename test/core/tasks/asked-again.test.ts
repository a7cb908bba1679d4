import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Database } from "../../../core/database/database.ts"
import { again, task } from "../../../core/tasks/kind.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase, type Kind, temporaryDatabase } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { pass } from "../../support/tasks.ts"

const Ask = task("ask", Schema.Struct({ about: Schema.String }))
const layer = (database: Kind) =>
  Tasks.layer.pipe(Layer.provideMerge(temporaryDatabase(database, taskMigrations)))

const ensure = Effect.gen(function* () {
  const database = yield* Database
  const tasks = yield* Tasks
  yield* database.write("ask", (sql) =>
    tasks.ensure(sql, Ask, { key: "a", payload: { about: "a" }, due: 0 })
  )
})

eachDatabase("a task that is asked for anew while it runs", (database) => {
  it.effect("runs again at once, though it would itself have come back later", () =>
    Effect.gen(function* () {
      const tasks = yield* Tasks
      const context = yield* Effect.context<Database | Tasks>()
      let runs = 0
      yield* tasks.handle(Ask, () =>
        Effect.gen(function* () {
          runs += 1
          if (runs === 1) yield* Effect.provide(ensure, context)
          return runs < 3 ? again("1 hour") : undefined
        })
      )
      yield* ensure
      yield* Effect.forkScoped(tasks.run)
      yield* settle
      yield* pass("2 seconds")
      assert.strictEqual(runs, 2)
    }).pipe(Effect.provide(layer(database)), Effect.scoped)
  )
})
