import { Clock, Context, LogLevel, References } from "effect"
import type { MiddlewareHandler } from "hono"
import { routePath } from "hono/route"
import { isoTime, Lines } from "../../observability/lines.ts"
import { answersOf } from "../../observability/metrics.ts"
import type { Carried } from "../app.ts"

/**
 * One line and one count an answer. The line has the route's pattern, not path and query, in which people's names and numbers stand.
 * `level`: a door that is mostly probed logs at "Debug".
 */
export const accessLog = (
  door: string,
  context: Context.Context<never>,
  level: "Info" | "Debug"
): MiddlewareHandler<Carried> => {
  const clock = Context.get(context, Clock.Clock)
  const lines = Context.get(context, Lines)
  const least = Context.get(context, References.MinimumLogLevel)
  const isLogged = LogLevel.isGreaterThanOrEqualTo(level, least)
  const line = lines.form === "json" ? jsonLine(level.toLowerCase()) : textLine(level.toLowerCase())
  const count = answersOf(door)
  return async function accessLog(c, next) {
    const start = clock.monotonicTimeNanosUnsafe()
    await next()
    const micros = Math.round(Number(clock.monotonicTimeNanosUnsafe() - start) / 1000)
    count(context, c.res.status, micros / 1e6)
    if (!isLogged) return
    lines.write(
      line({
        time: isoTime(clock.currentTimeMillisUnsafe()),
        method: c.req.method,
        route: c.get("route") ?? routePath(c, -1),
        status: c.res.status,
        ms: micros / 1000,
        bytes: c.get("bytes") ?? null,
        request: c.get("requestId")
      })
    )
  }
}

interface Answered {
  readonly time: string
  readonly method: string
  readonly route: string
  readonly status: number
  readonly ms: number
  readonly bytes: number | null
  readonly request: string
}

// Nothing here is the caller's own word, so that it can do without Effect's logger, which costs as much as to validate the request.

const jsonLine =
  (level: string) =>
  ({ time, method, route, status, ms, bytes, request }: Answered): string =>
    `{"time":"${time}","level":"${level}","msg":"answered","method":"${method}","route":${JSON.stringify(route)},"status":${status},"ms":${ms},"bytes":${bytes},"request":"${request}"}`

const textLine =
  (level: string) =>
  ({ time, method, route, status, ms, bytes, request }: Answered): string =>
    `${time.slice(11, 23)} ${level.padEnd(5)} answered method=${method} route=${route} status=${status} ms=${ms} bytes=${bytes} request=${request}`
