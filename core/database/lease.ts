import { Clock, Effect } from "effect"

/**
 * How long a holder may be silent before another process may take over: what a killed process held waits no longer than this, and on a
 * database of one process not at all.
 */
export const leaseMillis = 15_000

/** Renews what this process holds for as long as it lives. A renewal that fails is made good by the next one. */
export const keepLeases = (renew: (until: number) => Effect.Effect<unknown>) =>
  Effect.sleep("5 seconds").pipe(
    Effect.andThen(Clock.currentTimeMillis),
    Effect.andThen((now) => renew(now + leaseMillis)),
    Effect.catchDefect(() => Effect.void),
    Effect.forever,
    Effect.forkScoped
  )
