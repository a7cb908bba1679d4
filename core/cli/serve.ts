import { Cause, Duration, Effect, Exit, Fiber, Option, Scope } from "effect"

const bound = "10 seconds"

/** Keeps open what `open` opens until the process is asked to stop. Then what runs may finish, within a bound, and the process ends well. */
export const serve = Effect.fnUntraced(function* <E, R>(
  open: Effect.Effect<void, E, R>,
  tell: (line: string) => Effect.Effect<void>
) {
  const scope = yield* Scope.make()
  return yield* Effect.andThen(open, Effect.never).pipe(
    Scope.provide(scope),
    Effect.onExit((exit) =>
      Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
        ? drain(Scope.close(scope, Exit.void), tell)
        : Scope.close(scope, exit)
    )
  )
})

const drain = Effect.fnUntraced(function* (
  close: Effect.Effect<void>,
  tell: (line: string) => Effect.Effect<void>
) {
  yield* tell("\ndraining: what runs may finish")
  // In fibers of their own: this one has been interrupted, so it would cut short whatever waits.
  const closing = yield* Effect.forkDetach(close)
  const waiting = yield* Effect.forkDetach(Effect.timeoutOption(Fiber.await(closing), bound))
  const [took, ended] = yield* Effect.timed(Fiber.await(waiting))
  const inTime = Exit.isSuccess(ended) && Option.isSome(ended.value)
  yield* tell(
    inTime
      ? `draining: done after ${Duration.toSeconds(took).toFixed(1)} s`
      : `draining: not done after ${bound}; the next start takes up what was cut off`
  )
  process.exitCode = 0
})
