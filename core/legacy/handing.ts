import { Deferred, Effect } from "effect"

/**
 * Answers on their way to terminals. Whether the last one arrived is known a moment after it was said; a terminal that is quicker than
 * that must not have its sale taken for unheard.
 */
export const makeHanding = () => {
  const underway = new Map<string, Deferred.Deferred<void>>()

  /** Waits for what is on its way to a terminal; one whose connection broke never arrives. */
  const settled = (lane: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      const answer = underway.get(lane)
      return answer === undefined
        ? Effect.void
        : Effect.asVoid(Effect.timeoutOption(Deferred.await(answer), "1 second"))
    })

  /** What to run when an answer has arrived. */
  const handing = (lane: string, arrived: Effect.Effect<void>): Effect.Effect<void> => {
    const answer = Deferred.makeUnsafe<void>()
    underway.set(lane, answer)
    const forget = Effect.sync(() => {
      if (underway.get(lane) === answer) underway.delete(lane)
      Deferred.doneUnsafe(answer, Effect.void)
    })
    return Effect.ensuring(arrived, forget)
  }

  return { settled, handing }
}

export type Handing = ReturnType<typeof makeHanding>
