import { Clock, Duration, Effect, Semaphore } from "effect"
import type { NoAnswer, NotSent } from "../../transport.ts"
import type { Texts } from "../dialect.ts"
import type { Send, Session } from "./server-dialect.ts"

/** A session, or that there is none to be had. */
export interface Opened {
  readonly texts: Texts
  /** Tells this session from those before and after. */
  readonly number: number
}

/** Sessions of one connection: opened once for all that wait. */
export interface Sessions {
  /** The present one; `undefined`: the old system lets us not in. */
  readonly get: Effect.Effect<Opened | undefined, NotSent | NoAnswer>
  /** Says that one is lost. If another is there by now, nothing happens. */
  readonly lost: (session: Opened) => Effect.Effect<void>
}

/** A login that was refused is not tried again at once: old systems lock accounts. */
const respite = Duration.toMillis("1 minute")

export const makeSessions = ({ life, open }: Session, send: Send): Sessions => {
  const lives = life === undefined ? Number.POSITIVE_INFINITY : Duration.toMillis(life)
  const one = Semaphore.makeUnsafe(1)
  let present: (Opened & { readonly until: number }) | undefined
  let refusedUntil = 0
  let count = 0

  const fresh = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (present !== undefined && now < present.until) return present
    if (now < refusedUntil) return undefined
    present = undefined
    const texts = yield* open(send, now)
    if (texts === undefined) {
      refusedUntil = now + respite
      return undefined
    }
    count += 1
    present = { texts, number: count, until: now + lives }
    return present
  })

  return {
    get: one.withPermits(1)(fresh),
    lost: ({ number }) =>
      Effect.sync(() => {
        if (present?.number === number) present = undefined
      })
  }
}
