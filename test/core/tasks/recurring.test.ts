import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase, processesOn } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { pass, process, start, tasksIn } from "../../support/tasks.ts"

eachDatabase("recurring work", (database) => {
  const tick = (ticks: Array<string>, name: string) =>
    Tasks.use((tasks) =>
      tasks.every(
        "tick",
        "10 minutes",
        Effect.sync(() => void ticks.push(name))
      )
    )

  it.effect("is done once an interval over all processes", () =>
    Effect.gen(function* () {
      const ticks: Array<string> = []
      const process = yield* processesOn(database, taskMigrations)
      for (const name of ["one", "other"]) {
        const services = yield* process(Tasks.layer)
        yield* Effect.provideContext(tick(ticks, name), services)
        yield* Effect.provideContext(start, services)
      }
      yield* settle
      assert.strictEqual(ticks.length, 1)
      for (let time = 0; time < 30; time++) yield* pass("1 minute")
      assert.strictEqual(ticks.length, 4)
    })
  )

  it.effect("goes on where it was after a restart, and after it failed", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const ticks: Array<string> = []
      const failing = Tasks.use((tasks) =>
        tasks.every(
          "tick",
          "10 minutes",
          Effect.andThen(
            Effect.sync(() => ticks.push("x")),
            Effect.fail("no")
          )
        )
      )
      const run = Effect.andThen(start, pass("5 minutes"))
      for (let restart = 0; restart < 5; restart++)
        yield* process(tasksIn(url))(Effect.andThen(failing, run))
      // At 0, 10 and 20 of its 25 minutes.
      assert.strictEqual(ticks.length, 3)
    })
  )

  it.effect("comes earlier when its interval has become shorter", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const ticks: Array<string> = []
      const every = (interval: "1 day" | "1 minute") =>
        Effect.andThen(
          Tasks.use((tasks) =>
            tasks.every(
              "tick",
              interval,
              Effect.sync(() => void ticks.push("x"))
            )
          ),
          Effect.andThen(start, pass("61 seconds"))
        )
      yield* process(tasksIn(url))(every("1 day"))
      assert.strictEqual(ticks.length, 1)
      yield* process(tasksIn(url))(every("1 minute"))
      assert.strictEqual(ticks.length, 2)
    })
  )
})
