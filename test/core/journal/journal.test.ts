import { assert, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import type { Arrival } from "../../../core/journal/entries.ts"
import { final, interim, Journal } from "../../../core/journal/journal.ts"
import { commits, eachDatabase } from "../../support/database.ts"
import { counting, fresh, journalIn, once, sale } from "../../support/journal.ts"

eachDatabase("an arrival", (database) => {
  it.effect("that comes fifty times at once is worked on once, and all get the one answer", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const reply = { amount: "128.50" }
      const { runs, work } = counting(final("paid"))
      const gated = Effect.andThen(Deferred.await(gate), Effect.as(work, final(reply)))
      const callers = yield* Effect.forEach(
        Array.from({ length: 50 }, () => sale),
        (arrival) => Effect.forkChild(Journal.use((journal) => journal.once(arrival, gated)))
      )
      yield* Deferred.succeed(gate, undefined)
      const answers = yield* Effect.forEach(callers, Fiber.join)
      assert.strictEqual(runs(), 1)
      for (const { answer } of answers) assert.strictEqual(answer.reply, reply)
      assert.strictEqual(new Set(answers.map(({ id }) => id)).size, 1)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("gets the stored final answer for good, also after a restart, without a write", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const { runs, work } = counting(final("paid"))
      const first = yield* Effect.provide(once(sale, work), journalIn(url))
      yield* Effect.gen(function* () {
        const before = yield* commits
        assert.deepStrictEqual(yield* once(sale, work), first)
        assert.strictEqual(yield* commits, before)
      }).pipe(Effect.provide(journalIn(url)))
      assert.strictEqual(runs(), 1)
    })
  )

  it.effect("is worked on again after an interim answer, under the same entry", () =>
    Effect.gen(function* () {
      const { runs, work } = counting(
        interim("still paying"),
        interim("still paying"),
        final("paid")
      )
      const answers = yield* Effect.replicateEffect(once(sale, work), 4)
      assert.deepStrictEqual(
        answers.map(({ answer }) => answer.reply),
        ["still paying", "still paying", "paid", "paid"]
      )
      assert.strictEqual(runs(), 3)
      assert.strictEqual(new Set(answers.map(({ id }) => id)).size, 1)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("with another amount under the same key is refused, in flight and afterwards", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const { runs, work } = counting(final("paid"))
      const first = yield* Effect.forkChild(
        once(sale, Effect.andThen(Deferred.await(gate), work)),
        {
          startImmediately: true
        }
      )
      const other = { ...sale, same: "[1]" }
      assert.strictEqual((yield* Effect.flip(once(other, work)))._tag, "KeyReused")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(first)
      const error = yield* Effect.flip(once(other, work))
      assert.strictEqual(error.status, 409)
      assert.strictEqual(runs(), 1)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is finished although its caller stopped waiting", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const slow = Effect.andThen(
        Deferred.succeed(started, undefined),
        Effect.as(Deferred.await(gate), final("paid"))
      )
      const caller = yield* Effect.forkChild(once(sale, slow))
      yield* Deferred.await(started)
      yield* Fiber.interrupt(caller)
      yield* Deferred.succeed(gate, undefined)
      const { answer } = yield* once(sale, Effect.die("not again"))
      assert.deepStrictEqual(answer, final("paid"))
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("whose work broke is worked on again by the next one", () =>
    Effect.gen(function* () {
      const broken = yield* Effect.exit(once(sale, Effect.die("broken")))
      assert.strictEqual(Exit.isFailure(broken) && Cause.squash(broken.cause), "broken")
      assert.deepStrictEqual(
        (yield* once(sale, Effect.succeed(final("paid")))).answer,
        final("paid")
      )
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("of another source, operation or key is another one", () =>
    Effect.gen(function* () {
      const { runs, work } = counting(final("a"))
      const others = [{ source: "erp" }, { operation: "refund" }, { key: "x".repeat(1_000) }]
      for (const other of [{}, ...others, {}, ...others]) yield* once({ ...sale, ...other }, work)
      assert.strictEqual(runs(), 4)
    }).pipe(Effect.provide(fresh(database)))
  )
})

eachDatabase("a final answer", (database) => {
  const reversal: Arrival = {
    ...sale,
    operation: "reversal",
    reopens: { operation: sale.operation, key: sale.key }
  }

  it.effect("no longer stands once a reversal was admitted", () =>
    Effect.gen(function* () {
      yield* once(sale, Effect.succeed(final("paid")))
      yield* once(reversal, Effect.succeed(final("reversed")))
      const { answer } = yield* once(sale, Effect.succeed(final("refused: reversed")))
      assert.deepStrictEqual(answer, final("refused: reversed"))
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("that a reversal overtook is not given: the work looks again", () =>
    Effect.gen(function* () {
      const gate = yield* Deferred.make<void>()
      const started = yield* Deferred.make<void>()
      const { runs, work } = counting(final("paid"), final("refused: reversed"))
      const slow = Effect.andThen(
        Deferred.succeed(started, undefined),
        Effect.andThen(Deferred.await(gate), work)
      )
      const caller = yield* Effect.forkChild(once(sale, slow))
      yield* Deferred.await(started)
      yield* once(reversal, Effect.succeed(final("reversed")))
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual((yield* Fiber.join(caller)).answer, final("refused: reversed"))
      assert.strictEqual(runs(), 2)
    }).pipe(Effect.provide(fresh(database)))
  )
})
