import { assert, describe } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eventually } from "../../support/installation.ts"
import { quietly } from "../../support/quiet.ts"
import { ask, client, mariadb, temporaryDatabaseOn } from "../../support/server.ts"
import { start, tasksIn } from "../../support/tasks.ts"

describe.skipIf(mariadb === "")("a worker that starts while another process holds a row", () => {
  quietly("of its recurring work waits for it, and comes to work", () =>
    Effect.gen(function* () {
      const url = yield* temporaryDatabaseOn(mariadb)
      let ticks = 0
      const ticking = Tasks.use((tasks) =>
        tasks.every(
          "tick",
          "1 second",
          Effect.sync(() => ticks++)
        )
      )
      yield* Effect.scoped(
        Effect.gen(function* () {
          const first = yield* Layer.build(tasksIn(url))
          yield* Effect.provideContext(Effect.andThen(ticking, start), first)
          yield* eventually(
            "it ticks",
            Effect.sync(() => ticks > 0 || undefined)
          )
        })
      )
      const other = yield* client(url)
      yield* ask(other, "begin")
      const change = "update weir_task_keys set next_sequence = next_sequence"
      yield* ask(other, change)
      const before = ticks
      const second = yield* Layer.build(Layer.fresh(tasksIn(url)))
      yield* Effect.provideContext(Effect.andThen(ticking, start), second)
      // Longer than a write gives way three times, a second each.
      yield* Effect.sleep("5 seconds")
      yield* ask(other, "rollback")
      yield* eventually(
        "it ticks again",
        Effect.sync(() => ticks > before || undefined)
      )
      assert.isAbove(ticks, before)
    })
  )
})
