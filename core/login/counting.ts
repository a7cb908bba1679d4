import { type Effect, Metric } from "effect"
import type { Way } from "./model.ts"

const refused = Metric.counter("weir_logins_refused_total", {
  description: "Logins and tickets that were refused, by reason",
  incremental: true
})

/** Counts a refusal. A reason is one of ours and never what was sent. */
export const countRefusal = (reason: string): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(refused, { reason }), 1)

const done = Metric.counter("weir_logins_total", {
  description: "People who logged in, by the way they came",
  incremental: true
})

export const countLogin = (way: Way): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(done, { way }), 1)
