import { Clock, Effect, type Scope } from "effect"
import { Urgency } from "../../tasks/urgency.ts"
import { PayNotSent } from "./errors.ts"

/** One kind of call of one merchant, let through no faster than WeChat takes it. */
export interface Pace {
  /** Succeeds when it is this call's turn; what would have to wait longer than `patience` milliseconds is not sent at all. */
  turn(patience: number): Effect.Effect<void, PayNotSent>
  /** A turn that turned out not to count. */
  giveBack(): void
  /** WeChat said that it is too fast, at `now`. */
  slow(now: number): void
}

/** Of the calls a second, so many may come at once; together with the rest they stay within the limit in every second. */
const BURST = 0.1
/** Recovers from a standstill in this time. */
const RECOVERY = 60_000
/** WeChat complains of all that it has at that moment; that is one complaint. */
const COMPLAINT = 1_000

interface Waiter {
  readonly go: () => void
}

/**
 * A bucket that fills by itself: whoever comes takes from it, and waits only when it is empty. Whom somebody waits for goes first.
 * When WeChat complains, the rate is halved, and then grows again bit by bit, so that several processes find their shares of one
 * limit without talking to each other. Nothing runs while nobody waits.
 */
export const makePace = (limit: number, scope: Scope.Scope): Pace => {
  const most = (limit * (1 - BURST)) / 1000
  const burst = Math.max(1, limit * BURST)
  const least = most / 50
  const lines = { interactive: new Set<Waiter>(), background: new Set<Waiter>() }
  let rate = most
  let tokens = burst
  let filledAt = Number.NEGATIVE_INFINITY
  let slowedAt = Number.NEGATIVE_INFINITY
  let isServing = false

  const fill = (now: number) => {
    if (filledAt === Number.NEGATIVE_INFINITY) filledAt = now
    const passed = Math.max(0, now - filledAt)
    tokens = Math.min(burst, tokens + passed * rate)
    rate = Math.min(most, rate + (passed * most) / RECOVERY)
    filledAt = now
  }

  const isFree = () => tokens >= 1 && lines.interactive.size === 0 && lines.background.size === 0

  /** Gives turns as long as somebody waits. */
  const serve: Effect.Effect<void> = Effect.gen(function* () {
    for (;;) {
      const [next] = lines.interactive.size > 0 ? lines.interactive : lines.background
      if (next === undefined) break
      fill(yield* Clock.currentTimeMillis)
      if (tokens < 1) {
        yield* Effect.sleep(Math.ceil((1 - tokens) / rate))
        continue
      }
      tokens -= 1
      lines.interactive.delete(next)
      lines.background.delete(next)
      next.go()
    }
    isServing = false
  })

  const wait = (line: "interactive" | "background", patience: number) => {
    const behind = line === "background" ? lines.background.size : 0
    const ahead = lines.interactive.size + behind
    // One that cannot come to its turn in time says so at once, so that the line has an end.
    if (ahead / rate > patience) return Effect.fail(tooMany)
    const inLine = Effect.callback<void>((resume) => {
      const waiter = { go: () => resume(Effect.void) }
      lines[line].add(waiter)
      return Effect.sync(() => void lines[line].delete(waiter))
    })
    const served = Effect.suspend(() => {
      if (isServing) return Effect.void
      isServing = true
      return Effect.forkIn(serve, scope)
    })
    return Effect.raceFirst(inLine, Effect.andThen(served, Effect.never)).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(tooMany) })
    )
  }

  const turn = (patience: number) =>
    Effect.clockWith((clock) => {
      fill(clock.currentTimeMillisUnsafe())
      if (!isFree()) return Effect.flatMap(Urgency, (urgency) => wait(urgency, patience))
      tokens -= 1
      return Effect.void
    })

  return {
    turn,
    giveBack: () => {
      tokens = Math.min(burst, tokens + 1)
    },
    slow: (now) => {
      fill(now)
      if (now - slowedAt < COMPLAINT) return
      slowedAt = now
      rate = Math.max(least, rate / 2)
      tokens = Math.min(tokens, 0)
    }
  }
}

const tooMany = new PayNotSent({ reason: "too many calls of this merchant wait already" })
