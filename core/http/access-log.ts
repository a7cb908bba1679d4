import { Clock, Context, LogLevel, References } from "effect"
import { isoTime, Lines } from "../observability/lines.ts"
import { answersOf } from "../observability/metrics.ts"
import type { Arrival } from "./app.ts"

/**
 * One line and one count an answer. The line has the route's pattern, not path and query, in which people's names and numbers stand.
 * `level`: a door that is mostly probed logs at "Debug". `begin` is called when a request arrives; what it returns, with the answer.
 */
export const accessLog = (
  door: string,
  context: Context.Context<never>,
  level: "Info" | "Debug"
) => {
  const clock = Context.get(context, Clock.Clock)
  const { form, write } = Context.get(context, Lines)
  const least = Context.get(context, References.MinimumLogLevel)
  const isLogged = LogLevel.isGreaterThanOrEqualTo(level, least)
  const line = (form === "json" ? jsonLine : textLine)(level.toLowerCase())
  const count = answersOf(door)
  return {
    begin: () => {
      const start = clock.monotonicTimeNanosUnsafe()
      return ({ method }: Request, arrival: Arrival, response: Response): Response => {
        const micros = Math.round(Number(clock.monotonicTimeNanosUnsafe() - start) / 1000)
        const { status } = response
        count(context, status, micros / 1e6)
        if (isLogged) {
          const time = isoTime(clock.currentTimeMillisUnsafe())
          write(line({ arrival, method, status, time, ms: micros / 1000 }))
        }
        return response
      }
    }
  }
}

interface Answered {
  readonly arrival: Arrival
  readonly method: string
  readonly status: number
  readonly time: string
  readonly ms: number
}

// Nothing in a line is the caller's own word, so that it can do without Effect's logger, which costs as much as validating the request.
type Line = (answered: Answered) => string

const jsonLine =
  (level: string): Line =>
  ({ arrival: { bytes = null, requestId, route = nowhere }, method, ms, status, time }) =>
    `{"time":"${time}","level":"${level}","msg":"answered","method":"${method}","route":${JSON.stringify(route)},"status":${status},"ms":${ms},"bytes":${bytes},"request":"${requestId}"}`

const textLine =
  (level: string): Line =>
  ({ arrival: { bytes = "?", requestId, route = nowhere }, method, ms, status, time }) =>
    `${time.slice(11, 23)} ${level.padEnd(5)} answered method=${method} route=${route} status=${status} ms=${ms} bytes=${bytes} request=${requestId}`

/** No route was asked for. */
const nowhere = "/*"
