import { Effect } from "effect"
import { contentType, prometheus } from "../observability/prometheus.ts"
import { route } from "../plugin/route.ts"
import { Readiness } from "./readiness.ts"

/** What those ask who keep the gateway running. */
export const probes = [
  route.raw("GET", "/healthz", () => Effect.succeed({ status: 200, body: "alive\n" })),

  route.raw("GET", "/readyz", () =>
    Readiness.use(({ standing }) => standing).pipe(
      Effect.map((standing) => ({
        status: standing.ready ? 200 : 503,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(standing)
      }))
    )
  ),

  route.raw("GET", "/metrics", () =>
    Effect.map(prometheus, (body) => ({
      status: 200,
      headers: { "content-type": contentType },
      body
    }))
  )
]
