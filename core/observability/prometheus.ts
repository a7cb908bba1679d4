import { Effect } from "effect"

/** All metrics in Prometheus' text format. Loaded when first asked for, as it brings Effect's HTTP along. */
export const prometheus: Effect.Effect<string> = Effect.flatMap(
  Effect.promise(() => import("effect/observability/PrometheusMetrics")),
  ({ format }) => format()
)

export const contentType = "text/plain; version=0.0.4; charset=utf-8"
