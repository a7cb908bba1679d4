import { Clock, Effect } from "effect"

/** How often something may be done: at once, and from then on one more each so many milliseconds. */
interface Bounds {
  readonly atOnce: number
  readonly each: number
}

/**
 * Bounds how often each key has its turn, in this process. What is idle is forgotten, so it holds no more keys than had turns lately.
 * `true`: go on.
 */
export const makeTurns = ({ atOnce, each }: Bounds) => {
  /** When all turns of a key are there again. */
  const full = new Map<string, number>()

  const tidy = (now: number) => {
    for (const [key, at] of full) if (at <= now) full.delete(key)
  }

  return (key: string): Effect.Effect<boolean> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      if (full.size >= many) tidy(now)
      const used = Math.max(full.get(key) ?? now, now) + each
      if (used > now + atOnce * each) return false
      full.set(key, used)
      return true
    })
}

const many = 1_000
