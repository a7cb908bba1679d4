import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Drain } from "../../../core/database/drain.ts"
import { final, Journal } from "../../../core/journal/journal.ts"
import { journalMigrations } from "../../../core/journal/migrations.ts"
import { eachDatabase, processesOn } from "../../support/database.ts"
import { once, sale, seal } from "../../support/journal.ts"

eachDatabase("one arrival at two processes at once", (database) => {
  it.live("is worked on by one of them, and both give the same answer", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, journalMigrations)
      const journal = Journal.layer.pipe(
        Layer.provide(seal),
        Layer.provide(Layer.succeed(Drain, 0))
      )
      const processes = [yield* begin(journal), yield* begin(journal)]
      for (let ticket = 0; ticket < 10; ticket++) {
        let runs = 0
        const work = Effect.andThen(
          Effect.sleep("20 millis"),
          Effect.sync(() => final(`paid ${++runs}`))
        )
        const [one, other] = yield* Effect.forEach(
          processes,
          (process) =>
            Effect.provideContext(once({ ...sale, key: `ticket ${ticket}` }, work), process),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(runs, 1)
        assert.deepStrictEqual(one, other)
      }
    })
  )
})
