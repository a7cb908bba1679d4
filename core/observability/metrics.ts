import { type Context, Metric } from "effect"

const boundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Counts what a door answers. Attributes are bound here, once: bound per request they cost four times the count. */
export const answersOf = (door: string) => {
  const seconds = Metric.histogram("weir_http_answer_seconds", {
    description: "Time from a request's head to its answer.",
    attributes: { door },
    boundaries
  })
  const answers = ["1xx", "2xx", "3xx", "4xx", "5xx"].map((status) =>
    Metric.counter("weir_http_answers_total", {
      description: "Answers given, by class of status.",
      attributes: { door, status },
      incremental: true
    })
  )
  return (context: Context.Context<never>, status: number, took: number): void => {
    answers[Math.floor(status / 100) - 1]?.updateUnsafe(1, context)
    seconds.updateUnsafe(took, context)
  }
}
