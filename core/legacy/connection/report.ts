import { Effect, Metric, Result } from "effect"
import type { NoAnswer, NotSent } from "../../transport.ts"
import type { Verdict } from "./server-dialect.ts"

const answers = (connection: string, outcome: string) =>
  Metric.counter("weir_connection_answers_total", {
    description: "What requests to old systems came to.",
    attributes: { connection, outcome },
    incremental: true
  })

/** Nothing in the log says what was asked: an old system's words may hold names. */
export const report = (
  connection: string,
  errand: string,
  duration: number,
  said: Result.Result<{ readonly verdict: Verdict }, NotSent | NoAnswer>
) => {
  const outcome = Result.isSuccess(said) ? said.success.verdict.is : said.failure._tag
  const log = outcome === "ok" ? Effect.logDebug : Effect.logWarning
  return Effect.andThen(
    Metric.update(answers(connection, outcome), 1),
    Effect.annotateLogs(log(`An old system answered: ${outcome}`), {
      connection,
      errand,
      duration: Math.round(duration)
    })
  )
}
