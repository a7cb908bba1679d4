import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Database, type Sql } from "../../../core/database/database.ts"
import { Drain } from "../../../core/database/drain.ts"
import { final, Journal } from "../../../core/journal/journal.ts"
import { journalMigrations } from "../../../core/journal/migrations.ts"
import { databaseIn, eachDatabase, processesOn } from "../../support/database.ts"
import { counting, journalIn, once, sale, seal } from "../../support/journal.ts"
import { passIn } from "../../support/settling.ts"

eachDatabase("a lease", (database) => {
  const twoProcesses = Effect.gen(function* () {
    const begin = yield* processesOn(database, journalMigrations)
    const process = begin(
      Journal.layer.pipe(Layer.provide(seal), Layer.provide(Layer.succeed(Drain, 0)))
    )
    return { one: yield* process, other: yield* process }
  })

  it.effect("lets another process wait for the answer and get the same one", () =>
    Effect.gen(function* () {
      const { one, other } = yield* twoProcesses
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const slow = Effect.andThen(
        Deferred.succeed(started, undefined),
        Effect.as(Deferred.await(gate), final("paid"))
      )
      const first = yield* Effect.forkChild(Effect.provideContext(once(sale, slow), one))
      yield* Deferred.await(started)
      const second = yield* Effect.forkChild(
        Effect.provideContext(once(sale, Effect.die("not here")), other)
      )
      // Far longer than a lease: it is renewed while the work runs.
      yield* passIn(2_500, "2 minutes")
      assert.isUndefined(second.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      const answer = yield* Fiber.join(first)
      while (second.pollUnsafe() === undefined) yield* passIn(200, "200 millis")
      assert.deepStrictEqual(yield* Fiber.join(second), answer)
    })
  )

  it.effect("that ran out is taken over, and its former holder stores nothing", () =>
    Effect.gen(function* () {
      const { one, other } = yield* twoProcesses
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const { runs, work } = counting(final("from the one that was paused"), final("never"))
      const slow = Effect.andThen(
        Deferred.succeed(started, undefined),
        Effect.andThen(Deferred.await(gate), work)
      )
      const first = yield* Effect.forkChild(Effect.provideContext(once(sale, slow), one))
      yield* Deferred.await(started)
      // The first process stands still, so nobody renews its lease.
      const forgetLease = (sql: Sql) =>
        sql
          .withTables<{ weir_journal: { leased_until: number } }>()
          .updateTable("weir_journal")
          .set({ leased_until: 0 })
          .execute()
      yield* Effect.provideContext(
        Database.use((database) => database.write("pause", forgetLease)),
        one
      )
      const second = yield* Effect.provideContext(
        once(sale, Effect.succeed(final("from the other"))),
        other
      )
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* Fiber.join(first), second)
      assert.deepStrictEqual(second.answer, final("from the other"))
      assert.strictEqual(runs(), 1)
    })
  )

  it.effect("of a process that was stopped is free at once", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const started = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        yield* Effect.forkChild(
          once(sale, Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        )
        yield* Deferred.await(started)
      }).pipe(Effect.provide(journalIn(url)))
      const { answer } = yield* Effect.provide(
        once(sale, Effect.succeed(final("paid"))),
        journalIn(url)
      )
      assert.deepStrictEqual(answer, final("paid"))
    })
  )

  it.effect("gives what runs some time to end before the process stops", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const patient = Layer.fresh(Journal.layer).pipe(
        Layer.provideMerge(Layer.merge(databaseIn(url, journalMigrations), seal))
      )
      const started = yield* Deferred.make<void>()
      const ending = Effect.andThen(
        Deferred.succeed(started, undefined),
        Effect.as(Effect.sleep("2 seconds"), final("paid"))
      )
      const stopped = yield* Effect.gen(function* () {
        yield* Effect.forkChild(once(sale, ending))
        yield* Deferred.await(started)
      }).pipe(Effect.provide(patient), Effect.forkChild)
      yield* Deferred.await(started)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(stopped)
      const { answer } = yield* Effect.provide(once(sale, Effect.die("not again")), journalIn(url))
      assert.deepStrictEqual(answer, final("paid"))
    })
  )
})
