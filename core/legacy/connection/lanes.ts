import { Clock, Deferred, Duration, Effect, Exit, Latch } from "effect"

/** Somebody waits for the answer, or nobody does. */
export type Lane = "interactive" | "background"

/** What an old system bears, of this process. */
export interface Limits {
  /** Requests at once; 8 unless said. */
  readonly together?: number
  /** Requests begun in a second; as many as may be unless said. */
  readonly perSecond?: number
}

/**
 * Lets requests begin as an old system bears them. Whoever is waited for goes first, and one place is never taken by the background, so
 * that a night's postings do not hold up a cashier.
 */
export const makeLanes = Effect.fnUntraced(function* ({ perSecond, together = 8 }: Limits) {
  const waiting: { readonly [lane in Lane]: Array<Deferred.Deferred<void>> } = {
    interactive: [],
    background: []
  }
  const room = { interactive: together, background: Math.max(1, together - 1) }
  const pause = perSecond === undefined ? 0 : 1_000 / perSecond
  const changed = Latch.makeUnsafe()
  let running = 0
  let next = 0

  const first = () =>
    (["interactive", "background"] as const).find(
      (lane) => waiting[lane].length > 0 && running < room[lane]
    )

  const begin = Effect.gen(function* () {
    changed.closeUnsafe()
    const lane = first()
    if (lane === undefined) return yield* changed.await
    const now = yield* Clock.currentTimeMillis
    if (now < next) return yield* Effect.sleep(Duration.millis(next - now))
    next = Math.max(now, next) + pause
    running += 1
    const turn = waiting[lane].shift()
    if (turn !== undefined) Deferred.doneUnsafe(turn, Exit.void)
  })
  yield* Effect.forkScoped(Effect.forever(begin))

  const leave = (lane: Lane, turn: Deferred.Deferred<void>) =>
    Effect.sync(() => {
      const at = waiting[lane].indexOf(turn)
      if (at >= 0) waiting[lane].splice(at, 1)
      else running -= 1
      changed.openUnsafe()
    })

  /** Does the work in its turn. */
  return <A, E, R>(lane: Lane, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        const turn = Deferred.makeUnsafe<void>()
        waiting[lane].push(turn)
        changed.openUnsafe()
        return turn
      }),
      (turn) => Effect.andThen(Deferred.await(turn), work),
      (turn) => leave(lane, turn)
    )
})
