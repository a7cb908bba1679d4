import { Effect, Layer, Redacted } from "effect"
import { Drain } from "../../core/database/drain.ts"
import { Seal } from "../../core/database/seal.ts"
import type { Arrival } from "../../core/journal/entries.ts"
import { type Answer, final, Journal } from "../../core/journal/journal.ts"
import { journalMigrations } from "../../core/journal/migrations.ts"
import { databaseIn, type Kind } from "./database.ts"

export const seal = Seal.layer(Redacted.make(Buffer.alloc(32, 7).toString("base64")))

/** A gateway's journal; a second one on the same database is another process. */
export const journalIn = (url: string) =>
  Layer.fresh(Journal.layer).pipe(
    Layer.provideMerge(Layer.merge(databaseIn(url, journalMigrations), seal)),
    Layer.provide(Layer.succeed(Drain, 0))
  )
export const fresh = (database: Kind) => Layer.unwrap(Effect.map(database.place, journalIn))

export const text = (body: string) => new TextEncoder().encode(body)

export const sale: Arrival = {
  source: "till",
  operation: "sale",
  key: `["S1","T1","20261124","17"]`,
  same: "[12850]",
  body: text("<sale><ticket>17</ticket></sale>"),
  secrets: []
}

export const once = <A extends string | null>(arrival: Arrival, work: Effect.Effect<Answer<A>>) =>
  Journal.use((journal) => journal.once(arrival, work))

/** Work that counts how often it ran. */
export const counting = (...answers: ReadonlyArray<Answer<string>>) => {
  let runs = 0
  const work = Effect.sync(() => answers[Math.min(runs++, answers.length - 1)] ?? final("none"))
  return { work, runs: () => runs }
}
