import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Schema, Scope } from "effect"
import { TestClock } from "effect/testing"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { Drain } from "../../../core/database/drain.ts"
import { again, type Handled, task } from "../../../core/tasks/kind.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { databaseIn, noteMigrations, notes, temporaryFile } from "../../support/database.ts"

const tasksIn = (file: string) =>
  Layer.fresh(Tasks.layer).pipe(
    Layer.provideMerge(databaseIn(file, [...noteMigrations, ...taskMigrations])),
    Layer.provide(Layer.succeed(Drain, 0))
  )
const fresh = Layer.unwrap(Effect.map(temporaryFile, tasksIn))

const Greet = task("greet", Schema.Struct({ name: Schema.String }))
const Other = task("other", Schema.Null, { attempts: 3 })

type New = { readonly key: string; readonly name: string; readonly due?: number }

const write = <A>(work: (sql: Sql, tasks: Tasks["Service"]) => Promise<A>) =>
  Effect.gen(function* () {
    const tasks = yield* Tasks
    return yield* (yield* Database).write("test", (sql) => work(sql, tasks))
  })

const add = (...list: ReadonlyArray<New>) =>
  write(async (sql, tasks) => {
    for (const { due, key, name } of list)
      await tasks.add(sql, Greet, { key, payload: { name }, due })
  })

const start = Tasks.use((tasks) => Effect.forkScoped(tasks.run))

/** Runs something as a process does: its worker ends before its database closes. */
const process =
  <E>(layer: Layer.Layer<Tasks | Database, E, Scope.Scope>) =>
  <A, E2>(effect: Effect.Effect<A, E2, Tasks | Database | Scope.Scope>) =>
    Effect.provide(Effect.scoped(effect), layer)

/** Lets whatever can happen now happen: works, commits and handlers take turns of the event loop. */
const settled = Effect.yieldNow.pipe(Effect.repeat({ times: 200 }))
const pass = (time: Parameters<typeof TestClock.adjust>[0]) =>
  Effect.andThen(settled, Effect.andThen(TestClock.adjust(time), settled))

/** Handles greetings by noting them, in a way each test may change. */
const greeting = Effect.gen(function* () {
  const greeted: Array<string> = []
  const state = {
    greeted,
    handle: (_: string, _attempt: number): Effect.Effect<Handled, unknown> => Effect.void
  }
  yield* Tasks.use((tasks) =>
    tasks.handle(Greet, ({ name }, { attempt }) => {
      greeted.push(name)
      return state.handle(name, attempt)
    })
  )
  return state
})

describe("a task", () => {
  it.effect("is done once it was added, and not when its write was undone", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* start
      yield* settled
      yield* add({ key: "a", name: "Li" })
      yield* Effect.exit(
        write(async (sql, tasks) => {
          await tasks.add(sql, Greet, { key: "b", payload: { name: "Wang" } })
          throw new Error("undone")
        })
      )
      yield* settled
      assert.deepStrictEqual(greeted, ["Li"])
      yield* pass("1 hour")
      assert.deepStrictEqual(greeted, ["Li"])
    }).pipe(process(fresh))
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
    }).pipe(process(fresh))
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
      yield* settled
      assert.deepStrictEqual(state.greeted, ["a1", "b1", "b2"])
      yield* Deferred.succeed(gate, undefined)
      yield* settled
      assert.deepStrictEqual(state.greeted, ["a1", "b1", "b2", "a2", "a3"])
    }).pipe(process(fresh))
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
    }).pipe(process(fresh))
  )

  it.effect("that asks for later is asked again then, however often, without failing", () =>
    Effect.gen(function* () {
      const state = yield* greeting
      state.handle = () => Effect.succeed(again("10 seconds"))
      yield* start
      yield* add({ key: "a", name: "a" })
      yield* settled
      for (let time = 1; time <= 20; time++) {
        assert.strictEqual(state.greeted.length, time)
        yield* pass("10 seconds")
      }
      assert.deepStrictEqual(yield* Tasks.use((tasks) => tasks.parked()), [])
    }).pipe(process(fresh))
  )

  it.effect("of a kind that nothing here handles waits for a version that does", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        yield* start
        yield* add({ key: "a", name: "Li" })
        yield* pass("3 minutes")
      }).pipe(process(tasksIn(file)))
      yield* Effect.gen(function* () {
        const { greeted } = yield* greeting
        yield* start
        yield* settled
        assert.deepStrictEqual(greeted, ["Li"])
      }).pipe(process(tasksIn(file)))
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
    }).pipe(process(fresh))
  )
})

describe("a failing task", () => {
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
      yield* pass("20 seconds")
      assert.strictEqual(calls.length, 3)
      yield* pass("1 hour")
      assert.strictEqual(calls.length, 3)
      const [parked, ...more] = yield* Tasks.use((tasks) => tasks.parked())
      assert.deepStrictEqual(more, [])
      assert.include(parked, { key: "o", kind: "other", attempts: 3, error: "NotThere" })
    }).pipe(process(fresh))
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
      yield* settled
      assert.strictEqual(state.calls.length, parked + 1)
      assert.isFalse(yield* Tasks.use((tasks) => tasks.replay("o")))
    }).pipe(process(fresh))
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
      yield* settled
      assert.deepStrictEqual(greeted, ["behind"])
      assert.strictEqual(calls.length, tried)
    }).pipe(process(fresh))
  )
})

describe("tasks", () => {
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
      yield* settled
      yield* write((sql, tasks) => tasks.add(sql, Other, { key: "o", payload: null }))
      yield* settled
      assert.deepStrictEqual(done, ["other"])
      assert.strictEqual(state.greeted.length, Greet.limits.together)
    }).pipe(process(fresh))
  )

  it.effect("are taken up again by the next process, each as often as it has to be", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
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
        yield* settled
        first.push(...state.greeted)
      }).pipe(process(tasksIn(file)))
      assert.deepStrictEqual(first, ["half", "whole"])
      yield* Effect.gen(function* () {
        const { greeted } = yield* greeting
        yield* start
        yield* settled
        assert.deepStrictEqual(greeted, ["half", "next"])
      }).pipe(process(tasksIn(file)))
    })
  )

  it.effect("have one handler a kind", () =>
    Effect.gen(function* () {
      yield* greeting
      assert.isTrue(Exit.isFailure(yield* Effect.exit(greeting)))
    }).pipe(process(fresh))
  )
})

describe("ensuring a task", () => {
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
    }).pipe(process(fresh))
  )

  it.effect("while one runs adds another, as that one may have looked too early", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const state = yield* greeting
      state.handle = () => Deferred.await(gate)
      yield* start
      yield* ensure("a")
      yield* settled
      yield* ensure("a")
      yield* ensure("a")
      yield* Deferred.succeed(gate, undefined)
      yield* pass("1 minute")
      assert.deepStrictEqual(state.greeted, ["a", "a"])
    }).pipe(process(fresh))
  )

  it.effect("for all rows of a query adds what is missing and makes all of it due", () =>
    Effect.gen(function* () {
      const { greeted } = yield* greeting
      yield* add({ key: "waits", name: "waits", due: 3_600_000 })
      yield* write((sql, tasks) =>
        tasks.add(sql, Other, { key: "behind", payload: null, due: 60_000 })
      )
      yield* write((sql) =>
        notes(sql)
          .insertInto("notes")
          .values(["new", "waits", "behind"].map((id) => ({ id, text: "" })))
          .execute()
      )
      yield* Effect.replicateEffect(
        write((sql, tasks) =>
          tasks.ensureAll(
            sql,
            Greet,
            notes(sql)
              .selectFrom("notes")
              .select(["id as task_key", raw<string>`json_object('name', id)`.as("payload")])
          )
        ),
        2
      )
      yield* Tasks.use((tasks) => tasks.handle(Other, () => Effect.void))
      yield* start
      yield* settled
      assert.deepStrictEqual([...greeted].sort(), ["new", "waits"])
      yield* pass("1 minute")
      assert.deepStrictEqual([...greeted].sort(), ["behind", "new", "waits"])
      yield* add({ key: "new", name: "more" }, { key: "behind", name: "more" })
      yield* settled
      assert.strictEqual(greeted.length, 5)
    }).pipe(process(fresh))
  )
})

describe("recurring work", () => {
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
      const file = yield* temporaryFile
      const ticks: Array<string> = []
      yield* Effect.gen(function* () {
        for (const name of ["one", "other"]) {
          const process = yield* Layer.build(Layer.fresh(Tasks.layer))
          yield* Effect.provideContext(tick(ticks, name), process)
          yield* Effect.provideContext(start, process)
        }
        yield* settled
        assert.strictEqual(ticks.length, 1)
        for (let time = 0; time < 30; time++) yield* pass("1 minute")
        assert.strictEqual(ticks.length, 4)
      }).pipe(Effect.scoped, Effect.provide(databaseIn(file, taskMigrations)))
    })
  )

  it.effect("goes on where it was after a restart, and after it failed", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
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
        yield* process(tasksIn(file))(Effect.andThen(failing, run))
      // At 0, 10 and 20 of its 25 minutes.
      assert.strictEqual(ticks.length, 3)
    })
  )

  it.effect("comes earlier when its interval has become shorter", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
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
      yield* process(tasksIn(file))(every("1 day"))
      assert.strictEqual(ticks.length, 1)
      yield* process(tasksIn(file))(every("1 minute"))
      assert.strictEqual(ticks.length, 2)
    })
  )
})

describe("a claim", () => {
  it.effect("that was replaced writes nothing", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        const gate = yield* Deferred.make<void>()
        const done: Array<string> = []
        const process = (name: string, handle: Effect.Effect<void, string>) =>
          Effect.gen(function* () {
            const services = yield* Layer.build(Layer.fresh(Tasks.layer))
            yield* Effect.gen(function* () {
              yield* Tasks.use((tasks) =>
                tasks.handle(Greet, (payload) =>
                  Effect.andThen(
                    Effect.sync(() => done.push(`${name} ${payload.name}`)),
                    handle
                  )
                )
              )
              yield* start
            }).pipe(Effect.provideContext(services))
            return services
          })
        const one = yield* process("one", Deferred.await(gate))
        yield* Effect.provideContext(add({ key: "a", name: "a1" }, { key: "a", name: "a2" }), one)
        yield* settled
        assert.deepStrictEqual(done, ["one a1"])
        // The first process stands still, so nobody renews its lease.
        yield* Database.use((database) =>
          database.write("pause", (sql) =>
            raw`update weir_task_keys set leased_until = 0`.execute(sql)
          )
        )
        const hold = yield* Deferred.make<void>()
        let failures = 0
        const failOnce = Effect.suspend(() => (failures++ > 0 ? Effect.void : Effect.fail("no")))
        yield* process("other", Effect.andThen(Deferred.await(hold), failOnce))
        yield* settled
        assert.deepStrictEqual(done, ["one a1", "other a1"])
        yield* Deferred.succeed(gate, undefined)
        yield* settled
        yield* Deferred.succeed(hold, undefined)
        yield* settled
        assert.deepStrictEqual(done, ["one a1", "other a1"])
        // Had the first one written that it was done, nobody would try it again.
        yield* pass("1 minute")
        assert.deepStrictEqual(
          done.map((entry) => entry.split(" ")[1]),
          ["a1", "a1", "a1", "a2"]
        )
      }).pipe(Effect.scoped, Effect.provide(databaseIn(file, taskMigrations)))
    })
  )

  it.effect("is held for as long as its task runs", () =>
    Effect.gen(function* () {
      const Long = task("long", Schema.Null, { within: "1 hour" })
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        let began = 0
        const long = Effect.andThen(
          Effect.sync(() => began++),
          Effect.sleep("10 minutes")
        )
        const process = Effect.gen(function* () {
          const services = yield* Layer.build(Layer.fresh(Tasks.layer))
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
      }).pipe(Effect.scoped, Effect.provide(databaseIn(file, taskMigrations)))
    })
  )
})

describe("stopping", () => {
  it.effect("lets what runs come to its end, for a while", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const scope = yield* Scope.make()
      const layer = Layer.fresh(Tasks.layer).pipe(
        Layer.provideMerge(databaseIn(file, taskMigrations))
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
        yield* settled
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
