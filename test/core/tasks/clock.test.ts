import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer } from "effect"
import { again } from "../../../core/tasks/kind.ts"
import { alteredClock } from "../../support/altered-clock.ts"
import { eachDatabase } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { add, fresh, greeting, pass, start } from "../../support/tasks.ts"

eachDatabase("a task that ran while the wall clock was a day ahead", (database) => {
  it.effect("is done again in its time once the clock is right", () =>
    Effect.gen(function* () {
      let ahead = 0
      const wrong = yield* alteredClock((clock) => {
        const now = () => clock.currentTimeMillisUnsafe() + ahead
        return { currentTimeMillisUnsafe: now, currentTimeMillis: Effect.sync(now) }
      })
      const byIt = Effect.provideService(Clock.Clock, wrong)
      const services = yield* byIt(Layer.build(fresh(database)))
      const inside = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
        byIt(Effect.provideContext(effect, services))
      const state = yield* inside(greeting)
      state.handle = () => Effect.succeed(again("1 minute"))
      yield* inside(start)
      ahead = Duration.toMillis("1 day")
      yield* inside(add({ key: "a", name: "a" }))
      yield* settle
      assert.deepStrictEqual(state.greeted, ["a"])
      ahead = 0
      yield* pass("90 seconds")
      assert.deepStrictEqual(state.greeted, ["a", "a"])
    })
  )
})
