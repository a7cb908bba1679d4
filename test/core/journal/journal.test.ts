import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Database, type Sql } from "../../../core/database/database.ts"
import { Drain } from "../../../core/database/drain.ts"
import { Seal } from "../../../core/database/seal.ts"
import type { Arrival } from "../../../core/journal/entries.ts"
import { type Answer, final, interim, Journal } from "../../../core/journal/journal.ts"
import { journalMigrations } from "../../../core/journal/migrations.ts"
import { commits, databaseIn, temporaryFile } from "../../support/database.ts"

const seal = Seal.layer(Redacted.make(Buffer.alloc(32, 7).toString("base64")))

/** A gateway's journal on a file; a second one on the same database is another process. */
const journalIn = (file: string) =>
  Layer.fresh(Journal.layer).pipe(
    Layer.provideMerge(Layer.merge(databaseIn(file, journalMigrations), seal)),
    Layer.provide(Layer.succeed(Drain, 0))
  )
const fresh = Layer.unwrap(Effect.map(temporaryFile, journalIn))

const text = (body: string) => new TextEncoder().encode(body)

const sale: Arrival = {
  source: "till",
  operation: "sale",
  key: `["S1","T1","20261124","17"]`,
  same: "[12850]",
  body: text("<sale><ticket>17</ticket></sale>"),
  secrets: []
}

const once = <A extends string | null>(arrival: Arrival, work: Effect.Effect<Answer<A>>) =>
  Journal.use((journal) => journal.once(arrival, work))

/** Work that counts how often it ran. */
const counting = (...answers: ReadonlyArray<Answer<string>>) => {
  let runs = 0
  const work = Effect.sync(() => answers[Math.min(runs++, answers.length - 1)] ?? final("none"))
  return { work, runs: () => runs }
}

describe("an arrival", () => {
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
    }).pipe(Effect.provide(fresh))
  )

  it.effect("gets the stored final answer for good, also after a restart, without a write", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const { runs, work } = counting(final("paid"))
      const first = yield* Effect.provide(once(sale, work), journalIn(file))
      yield* Effect.gen(function* () {
        const before = yield* commits
        assert.deepStrictEqual(yield* once(sale, work), first)
        assert.strictEqual(yield* commits, before)
      }).pipe(Effect.provide(journalIn(file)))
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
    }).pipe(Effect.provide(fresh))
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
    }).pipe(Effect.provide(fresh))
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
    }).pipe(Effect.provide(fresh))
  )

  it.effect("whose work broke is worked on again by the next one", () =>
    Effect.gen(function* () {
      const broken = yield* Effect.exit(once(sale, Effect.die("broken")))
      assert.strictEqual(Exit.isFailure(broken) && Cause.squash(broken.cause), "broken")
      assert.deepStrictEqual(
        (yield* once(sale, Effect.succeed(final("paid")))).answer,
        final("paid")
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("of another source, operation or key is another one", () =>
    Effect.gen(function* () {
      const { runs, work } = counting(final("a"))
      const others = [{ source: "erp" }, { operation: "refund" }, { key: "x".repeat(1_000) }]
      for (const other of [{}, ...others, {}, ...others]) yield* once({ ...sale, ...other }, work)
      assert.strictEqual(runs(), 4)
    }).pipe(Effect.provide(fresh))
  )
})

describe("a final answer", () => {
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
    }).pipe(Effect.provide(fresh))
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
    }).pipe(Effect.provide(fresh))
  )
})

describe("a payment code", () => {
  const code = "134567890123456789"
  const coded: Arrival = {
    ...sale,
    key: `["S1","T1","${code}"]`,
    body: text(`<sale><code>${code}</code><again>${code}</again><name>王</name></sale>`),
    secrets: [code],
    lane: "S1/T1"
  }
  const inFiles = (file: string, what: string) =>
    readdirSync(dirname(file)).some((name) =>
      readFileSync(join(dirname(file), name)).includes(what)
    )
  const bodyOf = (sql: Sql) =>
    sql
      .withTables<{ weir_journal: { id: string; body: Uint8Array } }>()
      .selectFrom("weir_journal")
      .select(["id", "body"])
      .executeTakeFirstOrThrow()
  const opened = Effect.gen(function* () {
    const { body, id } = yield* (yield* Database).read(bodyOf)
    return new TextDecoder().decode((yield* Seal).open(body, `weir_journal.body:${id}`))
  })
  const wiped = `<sale><code>${"*".repeat(18)}</code><again>${"*".repeat(18)}</again><name>王</name></sale>`

  it.effect("is never in clear in the files, and wiped within its seal by the final answer", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        yield* once(coded, Effect.succeed(interim("paying")))
        assert.include(yield* opened, code)
        yield* once(coded, Effect.succeed(final("paid")))
        assert.strictEqual(yield* opened, wiped)
      }).pipe(Effect.provide(journalIn(file)))
      assert.isFalse(inFiles(file, code))
      assert.isTrue(inFiles(file, "S1/T1"))
    })
  )

  it.effect("is wiped after five minutes where no final answer came", () =>
    Effect.gen(function* () {
      yield* once(coded, Effect.succeed(interim("paying")))
      yield* TestClock.adjust("4 minutes")
      assert.include(yield* opened, code)
      yield* TestClock.adjust("2 minutes")
      yield* Effect.yieldNow
      while ((yield* opened) !== wiped) yield* Effect.yieldNow
      assert.deepStrictEqual(
        (yield* once(coded, Effect.succeed(final("paid")))).answer,
        final("paid")
      )
    }).pipe(Effect.provide(fresh))
  )
})

describe("a lane", () => {
  const inLane = (ticket: string, lane = "S1/T1"): Arrival => ({ ...sale, key: ticket, lane })
  const undelivered = (exceptKey: string, lane = "S1/T1") =>
    Journal.use((journal) =>
      journal.undelivered({ source: "till", operation: "sale", lane, exceptKey })
    )

  it.effect("names its last entry without a delivered final answer, until it is delivered", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* undelivered("2"))
      const { id } = yield* once(inLane("1"), Effect.succeed(interim("paying")))
      assert.isUndefined(yield* undelivered("1"))
      assert.isUndefined(yield* undelivered("2", "S1/T2"))
      assert.deepStrictEqual(yield* undelivered("2"), { id, key: "1" })
      yield* once(inLane("1"), Effect.succeed(final("paid")))
      assert.deepStrictEqual(yield* undelivered("2"), { id, key: "1" })
      yield* Journal.use((journal) => journal.delivered(id))
      assert.isUndefined(yield* undelivered("2"))
    }).pipe(Effect.provide(fresh))
  )

  it.effect("gives back the key even where it holds a payment code and is kept as a hash", () =>
    Effect.gen(function* () {
      const key = `["S1","134567890123456789"]`
      const arrival = { ...inLane(key), secrets: ["134567890123456789"] }
      const { id } = yield* once(arrival, Effect.succeed(final("paid")))
      assert.deepStrictEqual(yield* undelivered("another"), { id, key })
      assert.isUndefined(yield* undelivered(key))
    }).pipe(Effect.provide(fresh))
  )
})

describe("a lease", () => {
  /** Two processes on one database, which is what MySQL allows; here they share the one connection to the file. */
  const twoProcesses = Effect.gen(function* () {
    const file = yield* temporaryFile
    const shared = Layer.merge(databaseIn(file, journalMigrations), seal)
    const services = yield* Layer.build(shared)
    const process = Effect.gen(function* () {
      const layer = Layer.fresh(Journal.layer).pipe(Layer.provide(Layer.succeed(Drain, 0)))
      return yield* Layer.build(layer).pipe(Effect.provideContext(services))
    })
    return { one: yield* process, other: yield* process, services }
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
      yield* TestClock.adjust("2 minutes")
      assert.isUndefined(second.pollUnsafe())
      yield* Deferred.succeed(gate, undefined)
      const answer = yield* Fiber.join(first)
      while (second.pollUnsafe() === undefined) yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* Fiber.join(second), answer)
    })
  )

  it.effect("that ran out is taken over, and its former holder stores nothing", () =>
    Effect.gen(function* () {
      const { one, other, services } = yield* twoProcesses
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
        services
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
      const file = yield* temporaryFile
      const started = yield* Deferred.make<void>()
      yield* Effect.gen(function* () {
        yield* Effect.forkChild(
          once(sale, Effect.andThen(Deferred.succeed(started, undefined), Effect.never))
        )
        yield* Deferred.await(started)
      }).pipe(Effect.provide(journalIn(file)))
      const { answer } = yield* Effect.provide(
        once(sale, Effect.succeed(final("paid"))),
        journalIn(file)
      )
      assert.deepStrictEqual(answer, final("paid"))
    })
  )

  it.effect("gives what runs some time to end before the process stops", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const patient = Layer.fresh(Journal.layer).pipe(
        Layer.provideMerge(Layer.merge(databaseIn(file, journalMigrations), seal))
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
      const { answer } = yield* Effect.provide(once(sale, Effect.die("not again")), journalIn(file))
      assert.deepStrictEqual(answer, final("paid"))
    })
  )
})
