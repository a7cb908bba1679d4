import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, Scope } from "effect"
import { sql as raw } from "kysely"
import { Database } from "../../../core/database/database.ts"
import { task } from "../../../core/tasks/kind.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { databaseIn, eachDatabase, processesOn } from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { add, Greet, greeting, pass, start, write } from "../../support/tasks.ts"

eachDatabase("a claim", (database) => {
  it.effect("that was replaced writes nothing", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const done: Array<string> = []
      const begin = yield* processesOn(database, taskMigrations)
      const process = Effect.fnUntraced(function* (
        name: string,
        handle: Effect.Effect<void, string>
      ) {
        const services = yield* begin(Tasks.layer)
        yield* Tasks.use((tasks) =>
          tasks.handle(Greet, (payload) =>
            Effect.andThen(
              Effect.sync(() => done.push(`${name} ${payload.name}`)),
              handle
            )
          )
        ).pipe(Effect.andThen(start), Effect.provideContext(services))
        return services
      })
      const one = yield* process("one", Deferred.await(gate))
      yield* Effect.provideContext(add({ key: "a", name: "a1" }, { key: "a", name: "a2" }), one)
      yield* settle
      assert.deepStrictEqual(done, ["one a1"])
      // The first process stands still, so nobody renews its lease.
      yield* write((sql) => raw`update weir_task_keys set leased_until = 0`.execute(sql)).pipe(
        Effect.provideContext(one)
      )
      const hold = yield* Deferred.make<void>()
      let failures = 0
      const failOnce = Effect.suspend(() => (failures++ > 0 ? Effect.void : Effect.fail("no")))
      yield* process("other", Effect.andThen(Deferred.await(hold), failOnce))
      yield* settle
      assert.deepStrictEqual(done, ["one a1", "other a1"])
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      yield* Deferred.succeed(hold, undefined)
      yield* settle
      assert.deepStrictEqual(done, ["one a1", "other a1"])
      // Had the first one written that it was done, nobody would try it again.
      yield* pass("1 minute")
      assert.deepStrictEqual(
        done.map((entry) => entry.split(" ")[1]),
        ["a1", "a1", "a1", "a2"]
      )
    })
  )

  it.effect("is held for as long as its task runs", () =>
    Effect.gen(function* () {
      const Long = task("long", Schema.Null, { within: "1 hour" })
      let began = 0
      const long = Effect.andThen(
        Effect.sync(() => began++),
        Effect.sleep("10 minutes")
      )
      const begin = yield* processesOn(database, taskMigrations)
      const process = Effect.gen(function* () {
        const services = yield* begin(Tasks.layer)
        yield* Tasks.use((tasks) => tasks.handle(Long, () => long)).pipe(
          Effect.andThen(start),
          Effect.provideContext(services)
        )
        return services
      })
      yield* process
      yield* write((sql, tasks) => tasks.add(sql, Long, { key: "l", payload: null })).pipe(
        Effect.provideContext(yield* process)
      )
      for (let time = 0; time < 150; time++) yield* pass("5 seconds")
      assert.strictEqual(began, 1)
    })
  )
})

eachDatabase("stopping", (database) => {
  it.effect("lets what runs come to its end, for a while", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const scope = yield* Scope.make()
      const layer = Layer.fresh(Tasks.layer).pipe(
        Layer.provideMerge(databaseIn(url, taskMigrations))
      )
      const services = yield* Layer.buildWithScope(layer, scope)
      const ended: Array<string> = []
      const worker = yield* Effect.gen(function* () {
        const state = yield* greeting
        state.handle = (name) =>
          Effect.andThen(
            Effect.sleep(name === "short" ? "3 seconds" : "1 minute"),
            Effect.sync(() => void ended.push(name))
          )
        const worker = yield* start
        yield* add({ key: "a", name: "short" }, { key: "b", name: "long" })
        yield* settle
        return worker
      }).pipe(Effect.provideContext(services))
      const stopping = yield* Effect.forkChild(Fiber.interrupt(worker))
      yield* pass("3 seconds")
      assert.deepStrictEqual(ended, ["short"])
      assert.isUndefined(stopping.pollUnsafe())
      yield* pass("2 seconds")
      yield* Fiber.join(stopping)
      const rows = yield* Effect.provideContext(
        Database.use((database) =>
          database.read((sql) =>
            sql
              .withTables<{ weir_tasks: { task_key: string; kind: string } }>()
              .selectFrom("weir_tasks")
              .select("task_key")
              .where("kind", "=", Greet.kind)
              .execute()
          )
        ),
        services
      )
      assert.deepStrictEqual(
        rows.map(({ task_key }) => task_key),
        ["b"]
      )
      yield* Scope.close(scope, Exit.void)
    })
  )
})
