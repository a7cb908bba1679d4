import { Clock, Context, LogLevel, References } from "effect"
import type { MiddlewareHandler } from "hono"
import { routePath } from "hono/route"
import { isoTime, Lines } from "../../observability/lines.ts"
import { answersOf } from "../../observability/metrics.ts"
import type { Call, Carried } from "../app.ts"

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
  const { form, write } = Context.get(context, Lines)
  const least = Context.get(context, References.MinimumLogLevel)
  const isLogged = LogLevel.isGreaterThanOrEqualTo(level, least)
  const line = (form === "json" ? jsonLine : textLine)(level.toLowerCase())
  const count = answersOf(door)
  return async function accessLog(c, next) {
    const start = clock.monotonicTimeNanosUnsafe()
    await next()
    const micros = Math.round(Number(clock.monotonicTimeNanosUnsafe() - start) / 1000)
    count(context, c.res.status, micros / 1e6)
    if (isLogged) write(line(c, isoTime(clock.currentTimeMillisUnsafe()), micros / 1000))
  }
}

// Nothing in a line is the caller's own word, so that it can do without Effect's logger, which costs as much as validating the request.
type Line = (c: Call, time: string, ms: number) => string

const jsonLine =
  (level: string): Line =>
  (c, time, ms) =>
    `{"time":"${time}","level":"${level}","msg":"answered","method":"${c.req.method}","route":${JSON.stringify(routeOf(c))},"status":${c.res.status},"ms":${ms},"bytes":${c.get("bytes") ?? null},"request":"${c.get("requestId")}"}`

const textLine =
  (level: string): Line =>
  (c, time, ms) =>
    `${time.slice(11, 23)} ${level.padEnd(5)} answered method=${c.req.method} route=${routeOf(c)} status=${c.res.status} ms=${ms} bytes=${c.get("bytes") ?? "?"} request=${c.get("requestId")}`

const routeOf = (c: Call): string => c.get("route") ?? routePath(c, -1)
