import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit } from "effect"
import { again } from "../../../core/tasks/kind.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import {
  add,
  fresh,
  Greet,
  greeting,
  Other,
  pass,
  process,
  start,
  tasksIn,
  write
} from "../../support/tasks.ts"

eachDatabase("a task", (database) => {
  it.effect("is done once it was added, and not when its write was undone", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* start
      yield* settle
      yield* add({ key: "a", name: "Li" })
      yield* Effect.exit(
        write(async (sql, tasks) => {
          await tasks.add(sql, Greet, { key: "b", payload: { name: "Wang" } })
          throw new Error("undone")
        })
      )
      yield* settle
      assert.deepStrictEqual(greeted, ["Li"])
      yield* pass("1 hour")
      assert.deepStrictEqual(greeted, ["Li"])
    }).pipe(process(fresh(database)))
  )

  it.effect("is done when it is due, not before", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* start
      yield* add({ key: "a", name: "later", due: 90_000 }, { key: "b", name: "now" })
      yield* pass("89 seconds")
      assert.deepStrictEqual(greeted, ["now"])
      yield* pass("1 second")
      assert.deepStrictEqual(greeted, ["now", "later"])
    }).pipe(process(fresh(database)))
  )

  it.effect("waits for those before it under its key, and for no others", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const state = yield* greeting
      state.handle = (name) => (name === "a1" ? Deferred.await(gate) : Effect.void)
      yield* start
      yield* add(
        { key: "a", name: "a1" },
        { key: "a", name: "a2" },
        { key: "a", name: "a3", due: 0 },
        { key: "b", name: "b1" },
        { key: "b", name: "b2" }
      )
      yield* settle
      assert.deepStrictEqual(state.greeted, ["a1", "b1", "b2"])
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      assert.deepStrictEqual(state.greeted, ["a1", "b1", "b2", "a2", "a3"])
    }).pipe(process(fresh(database)))
  )

  it.effect("keeps the order of its key while the first ones fail", () =>
    Effect.gen(function* () {
      const state = yield* greeting
      state.handle = (name, attempt) =>
        name === "a1" && attempt < 3 ? Effect.fail("not yet") : Effect.void
      yield* start
      yield* add({ key: "a", name: "a1" }, { key: "a", name: "a2" })
      yield* pass("5 minutes")
      assert.deepStrictEqual(state.greeted, ["a1", "a1", "a1", "a2"])
    }).pipe(process(fresh(database)))
  )

  it.effect("that asks for later is asked again then, however often, without failing", () =>
    Effect.gen(function* () {
      const state = yield* greeting
      state.handle = () => Effect.succeed(again("10 seconds"))
      yield* start
      yield* add({ key: "a", name: "a" })
      yield* settle
      for (let time = 1; time <= 20; time++) {
        assert.strictEqual(state.greeted.length, time)
        yield* pass("10 seconds")
      }
      assert.deepStrictEqual(yield* Tasks.use((tasks) => tasks.parked()), [])
    }).pipe(process(fresh(database)))
  )

  it.effect("of a kind that nothing here handles waits for a version that does", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      yield* Effect.gen(function* () {
        yield* start
        yield* add({ key: "a", name: "Li" })
        yield* pass("3 minutes")
      }).pipe(process(tasksIn(url)))
      yield* Effect.gen(function* () {
        const { greeted } = yield* greeting
        yield* start
        yield* settle
        assert.deepStrictEqual(greeted, ["Li"])
      }).pipe(process(tasksIn(url)))
    })
  )

  it.effect("that breaks or takes too long fails like any other", () =>
    Effect.gen(function* () {
      const state = yield* greeting
      state.handle = (name, attempt) =>
        attempt > 1 ? Effect.void : name === "slow" ? Effect.never : Effect.die("broken")
      yield* start
      yield* add({ key: "a", name: "slow" }, { key: "b", name: "broken" })
      yield* pass("1 minute")
      yield* pass("1 minute")
      assert.deepStrictEqual([...state.greeted].sort(), ["broken", "broken", "slow", "slow"])
    }).pipe(process(fresh(database)))
  )
})

eachDatabase("tasks", (database) => {
  it.effect("of a kind that hangs leave room for the others", () =>
    Effect.gen(function* () {
      const state = yield* greeting
      state.handle = () => Effect.never
      const done: Array<string> = []
      yield* Tasks.use((tasks) =>
        tasks.handle(Other, () => Effect.sync(() => void done.push("other")))
      )
      yield* start
      yield* add(...Array.from({ length: 300 }, (_, place) => ({ key: `g${place}`, name: "x" })))
      yield* settle
      yield* write((sql, tasks) => tasks.add(sql, Other, { key: "o", payload: null }))
      yield* settle
      assert.deepStrictEqual(done, ["other"])
      assert.strictEqual(state.greeted.length, Greet.limits.together)
    }).pipe(process(fresh(database)))
  )

  it.effect("are taken up again by the next process, each as often as it has to be", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const first: Array<string> = []
      yield* Effect.gen(function* () {
        const state = yield* greeting
        state.handle = (name) => (name === "half" ? Effect.never : Effect.void)
        yield* start
        yield* add(
          { key: "a", name: "half" },
          { key: "b", name: "whole" },
          { key: "a", name: "next" }
        )
        yield* settle
        first.push(...state.greeted)
      }).pipe(process(tasksIn(url)))
      assert.deepStrictEqual(first, ["half", "whole"])
      yield* Effect.gen(function* () {
        const { greeted } = yield* greeting
        yield* start
        yield* settle
        assert.deepStrictEqual(greeted, ["half", "next"])
      }).pipe(process(tasksIn(url)))
    })
  )

  it.effect("have one handler a kind", () =>
    Effect.gen(function* () {
      yield* greeting
      assert.isTrue(Exit.isFailure(yield* Effect.exit(greeting)))
    }).pipe(process(fresh(database)))
  )
})
