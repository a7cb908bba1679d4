import { Effect, Schedule } from "effect"
import { StorageFailed } from "./engine.ts"

/**
 * Does again what could not be stored, as others were in the way or the server was away for a moment; for half a minute. For what a
 * start writes, as nobody else would say it again.
 */
export const insist = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  work.pipe(
    Effect.catchDefect((defect) =>
      defect instanceof StorageFailed ? Effect.fail(defect) : Effect.die(defect)
    ),
    Effect.retry({
      while: (error) => error instanceof StorageFailed,
      schedule: Schedule.jittered(Schedule.spaced("500 millis")),
      times: 60
    }),
    Effect.catchIf(
      (error) => error instanceof StorageFailed,
      (error) => Effect.die(error)
    )
  )
