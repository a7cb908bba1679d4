import { Deferred, Duration, Effect } from "effect"

/**
 * Waits for something in the database to become so. The row is the truth and is looked at every second, since another process may
 * have written it; being told within this process only makes it quicker.
 */
export const makeWaiting = () => {
  const waiting = new Map<string, Set<Deferred.Deferred<void>>>()

  /** Tells everybody who waits for `id` to look again. */
  const changed = (id: string): void => {
    for (const bell of waiting.get(id) ?? []) Deferred.doneUnsafe(bell, Effect.void)
    waiting.delete(id)
  }

  const hang = (id: string) => {
    const bell = Deferred.makeUnsafe<void>()
    const bells = waiting.get(id) ?? new Set()
    waiting.set(id, bells.add(bell))
    const takeDown = Effect.sync(() => {
      bells.delete(bell)
      if (bells.size === 0 && waiting.get(id) === bells) waiting.delete(id)
    })
    return { rings: Effect.timeoutOption(Deferred.await(bell), lookAgain), takeDown }
  }

  /** Looks until `look` finds something. The bell hangs before each look, so no change falls between. */
  const until = <A>(id: string, look: Effect.Effect<A | undefined>): Effect.Effect<A> =>
    Effect.suspend(() => {
      const bell = hang(id)
      const looked = Effect.tap(look, (found) => (found === undefined ? bell.rings : Effect.void))
      return Effect.ensuring(looked, bell.takeDown)
    }).pipe(
      Effect.flatMap((found) => (found === undefined ? until(id, look) : Effect.succeed(found)))
    )

  return { changed, until }
}

const lookAgain = Duration.seconds(1)
