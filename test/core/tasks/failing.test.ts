import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { add, fresh, greeting, Other, pass, process, start, write } from "../../support/tasks.ts"

eachDatabase("a failing task", (database) => {
  const failing = Effect.gen(function* () {
    const calls: Array<number> = []
    const state = { calls, fails: true }
    yield* Tasks.use((tasks) =>
      tasks.handle(Other, () =>
        Effect.suspend(() => {
          calls.push(calls.length)
          return state.fails ? Effect.fail({ _tag: "NotThere", phone: "13800138000" }) : Effect.void
        })
      )
    )
    yield* start
    yield* write((sql, tasks) => tasks.add(sql, Other, { key: "o", payload: null }))
    return state
  })

  it.effect("backs off, longer each time, then parks its key with the name of its error only", () =>
    Effect.gen(function* () {
      const { calls } = yield* failing
      yield* pass("11 seconds")
      assert.strictEqual(calls.length, 1)
      yield* pass("8 seconds")
      assert.strictEqual(calls.length, 2)
      yield* pass("16 seconds")
      assert.strictEqual(calls.length, 2)
      yield* pass("25 seconds")
      assert.strictEqual(calls.length, 3)
      yield* pass("1 hour")
      assert.strictEqual(calls.length, 3)
      const [parked, ...more] = yield* Tasks.use((tasks) => tasks.parked())
      assert.deepStrictEqual(more, [])
      assert.include(parked, { key: "o", kind: "other", attempts: 3, error: "NotThere" })
    }).pipe(process(fresh(database)))
  )

  it.effect("is tried anew when a person replays its key", () =>
    Effect.gen(function* () {
      const state = yield* failing
      yield* pass("1 hour")
      const parked = state.calls.length
      yield* pass("1 hour")
      assert.strictEqual(state.calls.length, parked)
      state.fails = false
      assert.isTrue(yield* Tasks.use((tasks) => tasks.replay("o")))
      yield* settle
      assert.strictEqual(state.calls.length, parked + 1)
      assert.isFalse(yield* Tasks.use((tasks) => tasks.replay("o")))
    }).pipe(process(fresh(database)))
  )

  it.effect("is left out when a person skips it, and what waits behind it is done", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      const { calls } = yield* failing
      yield* add({ key: "o", name: "behind" })
      yield* pass("1 hour")
      assert.deepStrictEqual(greeted, [])
      const tried = calls.length
      assert.isTrue(yield* Tasks.use((tasks) => tasks.skip("o")))
      yield* settle
      assert.deepStrictEqual(greeted, ["behind"])
      assert.strictEqual(calls.length, tried)
    }).pipe(process(fresh(database)))
  )
})
