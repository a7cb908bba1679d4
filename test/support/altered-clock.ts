import { Clock, Effect } from "effect"

/** The clock there is, with some of its ways changed. */
export const alteredClock = (
  change: (clock: Clock.Clock) => Partial<Clock.Clock>
): Effect.Effect<Clock.Clock> =>
  Effect.map(Clock.Clock, (clock) => ({
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
    currentTimeMillis: clock.currentTimeMillis,
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
    currentTimeNanos: clock.currentTimeNanos,
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration),
    ...change(clock)
  }))
