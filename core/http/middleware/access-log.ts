import { Clock, Context, Effect } from "effect"
import type { MiddlewareHandler } from "hono"
import { routePath } from "hono/route"
import { answersOf } from "../../observability/metrics.ts"
import type { Carried } from "../app.ts"

/**
 * One line and one count an answer. The line has the route's pattern, not the path or the query, in which people's numbers and names
 * stand. `level`: a door that is mostly probed logs at "Debug".
 */
export const accessLog = (
  door: string,
  context: Context.Context<never>,
  level: "Info" | "Debug"
): MiddlewareHandler<Carried> => {
  const clock = Context.get(context, Clock.Clock)
  const count = answersOf(door)
  const log = Effect.logWithLevel(level)
  const fork = Effect.runForkWith(context)
  return async function accessLog(c, next) {
    const start = clock.monotonicTimeNanosUnsafe()
    await next()
    const micros = Number(clock.monotonicTimeNanosUnsafe() - start) / 1000
    count(context, c.res.status, micros / 1e6)
    fork(
      log("answered", {
        method: c.req.method,
        route: routePath(c, -1),
        status: c.res.status,
        ms: Math.round(micros) / 1000,
        bytes: c.get("bytes"),
        request: c.get("requestId")
      })
    )
  }
}
