import { assert, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Schema } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { claim, settle as settleTask } from "../../../core/tasks/claims.ts"
import { task } from "../../../core/tasks/kind.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { seeTo, tables } from "../../../core/tasks/store.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { leaveTodo, openTodos, todoMigrations } from "../../../core/tasks/todos.ts"
import {
  eachDatabase,
  type Kind,
  noteMigrations,
  notes,
  processesOn
} from "../../support/database.ts"
import { settle } from "../../support/settling.ts"
import { pass, start } from "../../support/tasks.ts"

const rounds = Array.from({ length: 10 }, (_, round) => round)
const together = { concurrency: "unbounded" } as const
/** Longer than its column, which a file would not mind and a server does. */
const long = "x".repeat(600)
const Count = task("count", Schema.Int)

/** Two processes on one database, and what both do at the same time. */
const two = Effect.fnUntraced(function* (kind: Kind) {
  const begin = yield* processesOn(kind, [...noteMigrations, ...taskMigrations, ...todoMigrations])
  const processes = [yield* begin(Tasks.layer), yield* begin(Tasks.layer)]
  const services = processes.map((process) => ({
    process,
    ...Context.get(process, Database),
    tasks: Context.get(process, Tasks)
  }))
  const [first] = services
  if (first === undefined) return yield* Effect.die("nobody")
  const both = <A>(order: string, work: (sql: Sql, who: number) => Promise<A>) =>
    Effect.forEach(services, ({ write }, who) => write(order, (sql) => work(sql, who)), together)
  return { both, first, services }
})

eachDatabase("two processes at once", (database) => {
  it.live("leave one to-do about one thing", () =>
    Effect.gen(function* () {
      const { both, first } = yield* two(database)
      for (const round of rounds)
        yield* both("todo", (sql) =>
          leaveTodo(sql, { kind: "race", subject: `s${round}`, detail: long, at: round })
        )
      const todos = yield* first.read((sql) => openTodos(sql))
      assert.deepStrictEqual(
        todos.map(({ subject }) => subject),
        rounds.map((round) => `s${round}`)
      )
    })
  )

  it.live("lose none of each other's changes to one row", () =>
    Effect.gen(function* () {
      const { both, first } = yield* two(database)
      yield* first.write("list", (sql) =>
        notes(sql).insertInto("notes").values({ id: "list", text: "" }).execute()
      )
      const row = { id: "list" }
      yield* Effect.forEach(
        rounds,
        (round) =>
          both("list", async (sql, who) => {
            const list = notes(sql).updateTable("notes").where("id", "=", row.id)
            await list.set(({ ref }) => ({ text: ref("text") })).execute()
            const { text } = await notes(sql)
              .selectFrom("notes")
              .select("text")
              .where("id", "=", row.id)
              .executeTakeFirstOrThrow()
            await list.set({ text: `${text}${who}${round}` }).execute()
          }),
        together
      )
      const { text } = yield* first.read((sql) =>
        notes(sql).selectFrom("notes").select("text").executeTakeFirstOrThrow()
      )
      const appended = [...text.matchAll(/../g)].map(([entry]) => entry)
      const expected = rounds.flatMap((round) => [`0${round}`, `1${round}`])
      assert.deepStrictEqual(appended.sort(), expected.sort())
    })
  )

  it.effect("add to one key, and each task is done once, in the key's order", () =>
    Effect.gen(function* () {
      const { both, services } = yield* two(database)
      const done: Array<number> = []
      yield* Effect.forEach(
        rounds,
        (round) =>
          both("add", async (sql, who) => {
            const added = { key: "k", payload: 10 * round + who }
            await services[who]?.tasks.add(sql, Count, added)
          }),
        together
      )
      const rows = yield* both("look", (sql) =>
        tables(sql).selectFrom("weir_tasks").select("payload").orderBy("sequence").execute()
      )
      const inOrder = rows[0]?.map(({ payload }) => Number(payload)) ?? []
      for (const { process, tasks } of services) {
        yield* tasks.handle(Count, (number) => Effect.sync(() => void done.push(number)))
        yield* Effect.provideContext(start, process)
      }
      yield* Effect.replicateEffect(settle, 20)
      assert.strictEqual(new Set(done).size, 20)
      assert.deepStrictEqual(done, inOrder)
    })
  )

  it.effect("share what is due, and do each of it once", () =>
    Effect.gen(function* () {
      const { first, services } = yield* two(database)
      const done = new Map<number, Array<number>>()
      for (const [who, { process, tasks }] of services.entries()) {
        const mine: Array<number> = []
        done.set(who, mine)
        yield* tasks.handle(Count, (number) =>
          Effect.andThen(
            Effect.yieldNow,
            Effect.sync(() => void mine.push(number))
          )
        )
        yield* Effect.provideContext(start, process)
      }
      yield* first.write("add", async (sql) => {
        for (let key = 0; key < 49; key++)
          await first.tasks.add(sql, Count, { key: `k${key}`, payload: key })
      })
      yield* settle
      const all = [...done.values()].flat()
      assert.strictEqual(all.length, 49)
      assert.strictEqual(new Set(all).size, 49)
    })
  )

  it.live("make sure of one task a key, each alone or all of them together", () =>
    Effect.gen(function* () {
      const { both, first } = yield* two(database)
      yield* first.write("notes", (sql) =>
        notes(sql)
          .insertInto("notes")
          .values(rounds.map((round) => ({ id: `all ${round}`, text: "" })))
          .execute()
      )
      const payload = raw<string>`'1'`.as("payload")
      yield* both("all", (sql) =>
        first.tasks.ensureAll(
          sql,
          Count,
          notes(sql)
            .selectFrom("notes")
            .select(["id as task_key", payload, raw<number>`0`.as("due")])
        )
      )
      for (const round of rounds)
        yield* both("each", (sql) =>
          seeTo(sql, { key: `each ${round}`, kind: "every", payload: "null", due: 0 }, 60_000)
        )
      const rows = yield* first.read((sql) =>
        tables(sql).selectFrom("weir_tasks").select("task_key").orderBy("task_key").execute()
      )
      const expected = ["all", "each"].flatMap((how) => rounds.map((round) => `${how} ${round}`))
      assert.deepStrictEqual(
        rows.map(({ task_key }) => task_key),
        expected
      )
    })
  )

  it.live("claim a key, and one of them has it", () =>
    Effect.gen(function* () {
      const { both, first } = yield* two(database)
      yield* first.write("add", (sql) => first.tasks.add(sql, Count, { key: "k", payload: 1 }))
      for (const epoch of rounds) {
        const candidate = { task_key: "k", kind: Count.kind, epoch, due: 0 }
        const claims = yield* both("claim", (sql) => claim(sql, candidate, 0))
        assert.strictEqual(claims.filter((won) => won !== undefined).length, 1)
      }
    })
  )

  it.live("of which one was replaced: what it still writes changes nothing", () =>
    Effect.gen(function* () {
      const { first, services } = yield* two(database)
      yield* first.write("add", (sql) => first.tasks.add(sql, Count, { key: "k", payload: 1 }))
      const seen = { task_key: "k", kind: Count.kind, due: 0 }
      const zombie = yield* first.write("claim", (sql) => claim(sql, { ...seen, epoch: 0 }, 0))
      yield* (services[1] ?? first).write("claim", (sql) => claim(sql, { ...seen, epoch: 1 }, 0))
      if (zombie === undefined) return assert.fail("nothing was claimed")
      const rows = first.read(async (sql) => [
        await tables(sql).selectFrom("weir_task_keys").selectAll().execute(),
        await tables(sql).selectFrom("weir_tasks").selectAll().execute()
      ])
      const before = yield* rows
      const failed = { due: 99, attempts: 9, error: "zombie" }
      for (const outcome of ["done", failed, { ...failed, due: null }] as const)
        yield* first.write("settle", (sql) => settleTask(sql, zombie, outcome, 99))
      assert.deepEqual(yield* rows, before)
    })
  )

  // A file has one writer, so nothing overtakes there.
  if (database.name === "MariaDB")
    it.effect("whose commits overtake each other skip no task", () =>
      Effect.gen(function* () {
        const { first, services } = yield* two(database)
        const gate = yield* Deferred.make<void>()
        const done: Array<number> = []
        yield* first.tasks.handle(Count, (number) => Effect.sync(() => void done.push(number)))
        yield* Effect.provideContext(start, first.process)
        const slow = yield* Effect.forkChild(
          first.write("early", async (sql) => {
            await first.tasks.add(sql, Count, { key: "early", payload: 1 })
            await Effect.runPromise(Deferred.await(gate))
          }),
          { startImmediately: true }
        )
        yield* settle
        yield* (services[1] ?? first).write("late", async (sql) => {
          await services[1]?.tasks.add(sql, Count, { key: "late", payload: 2 })
        })
        yield* pass("1 minute")
        assert.deepStrictEqual(done, [2])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(slow)
        yield* pass("1 minute")
        assert.deepStrictEqual(done, [2, 1])
      })
    )
})
