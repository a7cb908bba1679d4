import { Effect, Metric } from "effect"

/** What a counter of refusals has come to for a reason. */
export const counted = (counter: string, reason: string): Effect.Effect<number> =>
  Effect.map(Metric.snapshot, (metrics) => {
    const found = metrics.find(
      ({ attributes, id }) => id === counter && attributes?.reason === reason
    )
    return found?.type === "Counter" ? Number(found.state.count) : 0
  })
