import type { Duration, Effect } from "effect"

/** Work that comes round, once over all processes. */
export interface Recurring<out R> {
  readonly every: Duration.Input
  readonly name: string
  readonly run: Effect.Effect<void, unknown, R>
}

/** Declares recurring work; `name` tells it from the plugin's other. It runs again after a failure, and after a restart if it is due. */
export const every = <E, R>(
  interval: Duration.Input,
  name: string,
  run: Effect.Effect<void, E, R>
): Recurring<R> => ({ every: interval, name, run })
