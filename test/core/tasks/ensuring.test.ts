import { assert, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { sql as raw } from "kysely"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { eachDatabase, notes } from "../../support/database.ts"
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
  write
} from "../../support/tasks.ts"

eachDatabase("ensuring a task", (database) => {
  const ensure = (key: string, due?: number) =>
    write((sql, tasks) => tasks.ensure(sql, Greet, { key, payload: { name: key }, due }))

  it.effect("adds it once and brings it forward, never back", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* start
      yield* ensure("a", 60_000)
      yield* ensure("a", 30_000)
      yield* ensure("a", 90_000)
      yield* pass("29 seconds")
      assert.deepStrictEqual(greeted, [])
      yield* pass("1 second")
      assert.deepStrictEqual(greeted, ["a"])
      yield* pass("5 minutes")
      assert.deepStrictEqual(greeted, ["a"])
    }).pipe(process(fresh(database)))
  )

  it.effect("while one runs adds another, as that one may have looked too early", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const state = yield* greeting
      state.handle = () => Deferred.await(gate)
      yield* start
      yield* ensure("a")
      yield* settle
      yield* ensure("a")
      yield* ensure("a")
      yield* Deferred.succeed(gate, undefined)
      yield* pass("1 minute")
      assert.deepStrictEqual(state.greeted, ["a", "a"])
    }).pipe(process(fresh(database)))
  )

  it.effect("for all rows of a query adds what is missing, and leaves alone what waits", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* add({ key: "waits", name: "waits", due: 3_600_000 })
      yield* add({ key: "idle", name: "idle" })
      yield* write((sql, tasks) =>
        tasks.add(sql, Other, { key: "behind", payload: null, due: 60_000 })
      )
      yield* Tasks.use((tasks) => tasks.handle(Other, () => Effect.void))
      yield* start
      yield* settle
      assert.deepStrictEqual(greeted.splice(0), ["idle"])
      yield* write((sql) =>
        notes(sql)
          .insertInto("notes")
          .values(["new", "waits", "behind", "idle"].map((id) => ({ id, text: "" })))
          .execute()
      )
      const ensureAll = write((sql, tasks) =>
        tasks.ensureAll(
          sql,
          Greet,
          notes(sql)
            .selectFrom("notes")
            .select([
              "id as task_key",
              raw<string>`json_object('name', id)`.as("payload"),
              raw<number>`case id when 'new' then 30000 else 0 end`.as("due")
            ])
        )
      )
      yield* Effect.replicateEffect(ensureAll, 2)
      yield* settle
      assert.deepStrictEqual(greeted, ["idle"])
      yield* pass("30 seconds")
      assert.deepStrictEqual(greeted, ["idle", "new"])
      yield* pass("30 seconds")
      assert.deepStrictEqual(greeted, ["idle", "new", "behind"])
      yield* add({ key: "new", name: "more" }, { key: "behind", name: "more" })
      yield* settle
      assert.strictEqual(greeted.length, 5)
    }).pipe(process(fresh(database)))
  )
})
