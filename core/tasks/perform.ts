import { Cause, Clock, Duration, Effect, Exit, Predicate, Random } from "effect"
import type { Database } from "../database/database.ts"
import { type Claim, holdUntil, type Kept, settle } from "./claims.ts"

import { Again, type Handled, type Limits, Stuck } from "./kind.ts"
import { Urgency } from "./urgency.ts"

/** What does the tasks of one kind. */
export interface Handler {
  readonly limits: Limits
  readonly run: (payload: string, attempt: number) => Effect.Effect<Handled, unknown>
}

/** Does a claimed task and writes down what became of it. Cut off, it gives the task back untouched. */
export const perform = Effect.fnUntraced(
  function* (database: Database["Service"], handler: Handler, claim: Claim) {
    const exit = yield* handler
      .run(claim.payload, claim.attempts + 1)
      .pipe(
        Effect.timeout(handler.limits.within),
        Effect.provideService(Urgency, "background"),
        Effect.exit
      )
    const now = yield* Clock.currentTimeMillis
    const outcome = Exit.isSuccess(exit)
      ? answered(exit.value, claim, now)
      : yield* failed(handler.limits, claim, exit.cause, now)
    yield* database.write(`task:${claim.key}`, (sql) => settle(sql, claim, outcome, now))
  },
  (performed, database, _handler, claim) =>
    performed.pipe(
      Effect.onInterrupt(() => giveBack(database, claim)),
      // Nothing was written down, so its lease runs out and it is done again.
      Effect.catchDefect((defect) =>
        Effect.logError(`A task of ${claim.kind} was not recorded`, defect)
      )
    )
)

const giveBack = (database: Database["Service"], claim: Claim) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    database.write(`task:${claim.key}`, (sql) => holdUntil(sql, claim, now))
  )

const answered = (answer: Handled, { attempts }: Claim, now: number): "done" | Kept => {
  if (answer instanceof Again)
    return { due: now + Duration.toMillis(answer.after), attempts: 0, error: null }
  if (answer instanceof Stuck)
    return { due: null, attempts: attempts + 1, error: answer.why.slice(0, 64) }
  return "done"
}

const failed = Effect.fnUntraced(function* (
  limits: Limits,
  { attempts, kind }: Claim,
  cause: Cause.Cause<unknown>,
  now: number
): Effect.fn.Return<Kept> {
  const failures = attempts + 1
  const error = nameOf(Cause.squash(cause))
  if (failures >= limits.attempts) {
    yield* Effect.logError(
      `A task of ${kind} failed ${failures} times and waits for a person`,
      error
    )
    return { due: null, attempts: failures, error }
  }
  yield* Effect.logWarning(`A task of ${kind} failed and is tried again`, error)
  return { due: now + (yield* pause(failures)), attempts: failures, error }
})

/** From a quarter of a minute to an hour, doubling: ten tries take about two hours. Apart, so that all do not come back at once. */
const pause = (failures: number) =>
  Effect.map(Random.nextBetween(0.8, 1.2), (spread) =>
    Math.round(spread * Math.min(15_000 * 2 ** (failures - 1), 3_600_000))
  )

/** The name of an error; its message may hold what nobody but its customer should read. */
export const nameOf = (error: unknown): string => {
  if (Predicate.hasProperty(error, "_tag")) return String(error._tag).slice(0, 64)
  return error instanceof Error ? error.name.slice(0, 64) : "unknown"
}
