import { Clock, Context, Duration, Effect, Scheduler } from "effect"

/** Somebody who waits for a moment. */
interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/**
 * Time and order of a simulated world. Everything runs until nothing can go on without time passing; only then is the next sleeper
 * woken, by time and then by who lay down first. So a run depends on nothing but what the world decides.
 */
export class Loop {
  #now: number
  /** The soonest is last. */
  readonly #sleepers: Array<Sleeper> = []
  #scheduled = 0
  #interjection: { after: number; readonly run: () => void } | undefined

  /** What a fiber of this world runs with. */
  readonly context: Context.Context<never>

  constructor(start: number) {
    this.#now = start
    this.context = Context.make(Clock.Clock, this.#clock()).pipe(
      Context.add(Scheduler.Scheduler, new Scheduler.MixedScheduler("async", this.#soon))
    )
  }

  get now(): number {
    return this.#now
  }

  /** Resolves when all have done what they can do now. */
  async quiet(): Promise<void> {
    for (let calm = 0; calm < calmTurns; calm++) {
      const before = this.#scheduled
      await turn()
      if (this.#scheduled !== before) calm = -1
    }
  }

  /** Lets time pass until the next sleeper wakes. `false`: nobody sleeps, so nothing will ever happen again. */
  wakeNext(): boolean {
    const next = this.#sleepers.pop()
    if (next === undefined) return false
    this.#now = next.at
    next.wake()
    return true
  }

  /** Does something between two steps of whatever runs, `after` steps from now: a power cut keeps to nobody's pauses. */
  interject(after: number, run: () => void): void {
    this.#interjection = { after, run }
  }

  readonly #soon = (task: () => void): (() => void) => {
    this.#scheduled++
    const handle = setImmediate(() => {
      this.#interrupted()
      task()
    })
    return () => clearImmediate(handle)
  }

  #interrupted(): void {
    const interjection = this.#interjection
    if (interjection === undefined || interjection.after-- > 0) return
    this.#interjection = undefined
    interjection.run()
  }

  #sleep(millis: number): Effect.Effect<void> {
    if (millis <= 0) return Effect.yieldNow
    if (!Number.isFinite(millis)) return Effect.never
    return Effect.callback((resume) => {
      const sleeper = { at: this.#now + millis, wake: () => resume(Effect.void) }
      this.#sleepers.splice(this.#placeOf(sleeper), 0, sleeper)
      return Effect.sync(() => {
        const at = this.#sleepers.indexOf(sleeper)
        if (at >= 0) this.#sleepers.splice(at, 1)
      })
    })
  }

  /** Before all who wake at the same time or sooner. */
  #placeOf({ at }: Sleeper): number {
    let low = 0
    let high = this.#sleepers.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#sleepers[middle]?.at ?? 0) > at) low = middle + 1
      else high = middle
    }
    return low
  }

  #clock(): Clock.Clock {
    const nanos = () => BigInt(Math.round(this.#now)) * 1_000_000n
    return {
      currentTimeMillisUnsafe: () => this.#now,
      currentTimeMillis: Effect.sync(() => this.#now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) => this.#sleep(Math.round(Duration.toMillis(duration)))
    }
  }
}

/** A promise chain shows nowhere until it schedules something; one turn ends all there are, two more cost nothing. */
const calmTurns = 3

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
