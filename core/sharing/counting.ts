import { type Effect, Metric } from "effect"
import type { SigningRefusal } from "./model.ts"

const refused = Metric.counter("weir_share_signatures_refused_total", {
  description: "Pages that were not signed for the JS-SDK, by reason",
  incremental: true
})

/** Counts a refusal. A reason is one of ours and never what was sent. */
export const countRefusal = (reason: SigningRefusal): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(refused, { reason }), 1)

const visits = Metric.counter("weir_share_visits_total", {
  description: "Visits by way of a share card",
  incremental: true
})

export const countVisit: Effect.Effect<void> = Metric.update(visits, 1)
