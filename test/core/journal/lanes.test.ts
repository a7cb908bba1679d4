import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Arrival } from "../../../core/journal/entries.ts"
import { final, interim, Journal } from "../../../core/journal/journal.ts"
import { eachDatabase } from "../../support/database.ts"
import { fresh, once, sale } from "../../support/journal.ts"

eachDatabase("a lane", (database) => {
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
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("gives back the key even where it holds a payment code and is kept as a hash", () =>
    Effect.gen(function* () {
      const key = `["S1","134567890123456789"]`
      const arrival = { ...inLane(key), secrets: ["134567890123456789"] }
      const { id } = yield* once(arrival, Effect.succeed(final("paid")))
      assert.deepStrictEqual(yield* undelivered("another"), { id, key })
      assert.isUndefined(yield* undelivered(key))
    }).pipe(Effect.provide(fresh(database)))
  )
})
