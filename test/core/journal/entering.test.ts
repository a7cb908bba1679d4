import { assert, it } from "@effect/vitest"
import { Effect, type Schema } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../core/database/database.ts"
import type { Arrival } from "../../../core/journal/entries.ts"
import { final, Journal } from "../../../core/journal/journal.ts"
import { commits, eachDatabase } from "../../support/database.ts"
import { counting, fresh, once, sale } from "../../support/journal.ts"
import { settle } from "../../support/settling.ts"

/** Writes an arrival down within a write of the caller's own. */
const enter = Effect.fnUntraced(function* (arrival: Arrival, reply?: Schema.Json, fails = false) {
  const database = yield* Database
  const journal = yield* Journal
  return yield* database.write("test", async (sql) => {
    const entered = await journal.enter(sql, arrival, reply)
    if (fails) throw new Error("something else of the write went wrong")
    return entered
  })
})

eachDatabase("an arrival that enters with what follows from it", (database) => {
  it.effect("is answered at once where the answer is known, in one commit", () =>
    Effect.gen(function* () {
      const before = yield* commits
      assert.deepStrictEqual(yield* enter(sale, "success"), { isNew: true, reply: "success" })
      if (database.name === "SQLite") assert.strictEqual((yield* commits) - before, 1)
      assert.deepStrictEqual(yield* enter(sale, "other"), { isNew: false, reply: "success" })
      const { runs, work } = counting(final("third"))
      const { answer } = yield* once(sale, work)
      assert.deepStrictEqual([answer.reply, runs()], ["success", 0])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is answered afterwards where it is not, once", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* enter(sale), { isNew: true, reply: undefined })
      assert.deepStrictEqual(yield* enter(sale), { isNew: false, reply: undefined })
      const { runs, work } = counting(final("paid"))
      yield* Effect.all([once(sale, work), once(sale, work)], { concurrency: "unbounded" })
      assert.strictEqual(runs(), 1)
      assert.deepStrictEqual(yield* enter(sale), { isNew: false, reply: "paid" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is not there when the rest of its write is undone", () =>
    Effect.gen(function* () {
      yield* Effect.exit(enter(sale, "success", true))
      assert.deepStrictEqual(yield* enter(sale, "again"), { isNew: true, reply: "again" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is forgotten when its time is over, and no other is", () =>
    Effect.gen(function* () {
      const push = { ...sale, keep: 3_600_000 }
      yield* enter(push, "success")
      yield* enter({ ...push, key: "kept for good", keep: undefined }, "success")
      yield* TestClock.adjust("59 minutes")
      yield* settle
      assert.isFalse((yield* enter(push, "again")).isNew)
      yield* TestClock.adjust("12 minutes")
      yield* settle
      assert.isTrue((yield* enter(push, "again")).isNew)
      assert.isFalse((yield* enter({ ...push, key: "kept for good" }, "again")).isNew)
    }).pipe(Effect.provide(fresh(database)))
  )
})
