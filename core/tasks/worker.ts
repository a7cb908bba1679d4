import { Clock, Effect, FiberSet, Latch } from "effect"
import { Database } from "../database/database.ts"
import { Drain } from "../database/drain.ts"
import { keepLeases, leaseMillis } from "../database/lease.ts"
import {
  type Candidate,
  type Claim,
  claim,
  findCandidates,
  findDueKinds,
  holdOn
} from "./claims.ts"
import { type Handler, perform } from "./perform.ts"
import { bringBack } from "./store.ts"

/** Wakes the worker for what is due before it would look by itself. */
export class Alarm {
  readonly latch = Latch.makeUnsafe()
  sleepsUntil = Number.POSITIVE_INFINITY

  ring(due: number): void {
    if (due < this.sleepsUntil) this.latch.openUnsafe()
  }
}

/** How many tasks a process does at once. */
const most = 50

/** Does what is due, for ever. Interrupted, it lets what runs come to its end, within bounds. */
export const work = Effect.fnUntraced(function* (
  handlers: ReadonlyMap<string, Handler>,
  alarm: Alarm
) {
  const database = yield* Database
  const running = new Map<string, Claim>()
  const fibers = yield* FiberSet.make()
  yield* keepLeases((until) => holdAll(database, [...running.values()], until))
  const drain = yield* Drain
  yield* Effect.addFinalizer(() => Effect.timeoutOption(FiberSet.awaitEmpty(fibers), drain))
  yield* Effect.forkScoped(warnOfUnknown(database, handlers))

  const wanted = () => {
    const counts = Map.groupBy(running.values(), ({ kind }) => kind)
    return [...handlers]
      .map(([kind, { limits }]) => ({
        kind,
        room: Math.min(limits.together - (counts.get(kind)?.length ?? 0), most - running.size)
      }))
      .filter(({ room }) => room > 0)
  }

  const start = (claim: Claim) => {
    const handler = handlers.get(claim.kind)
    if (handler === undefined) return Effect.void
    running.set(claim.key, claim)
    const ended = Effect.sync(() => {
      running.delete(claim.key)
      alarm.latch.openUnsafe()
    })
    return FiberSet.run(fibers, Effect.ensuring(perform(database, handler, claim), ended))
  }

  const clock = yield* Clock.Clock
  let ahead = aheadOf(clock)

  const turn = Effect.gen(function* () {
    alarm.latch.closeUnsafe()
    alarm.sleepsUntil = Number.POSITIVE_INFINITY
    const now = yield* Clock.currentTimeMillis
    // What is due by a clock that has been set back would wait so much longer.
    const back = ahead - aheadOf(clock)
    if (back > 1_000) yield* database.write("tasks", (sql) => bringBack(sql, now, back))
    ahead -= back
    const candidates = yield* database.read((sql) => findCandidates(sql, wanted(), now))
    const due = candidates
      .filter((candidate) => candidate.due <= now && !running.has(candidate.task_key))
      .sort((a, b) => a.due - b.due)
      .slice(0, most - running.size)
    if (due.length > 0) {
      for (const claim of yield* claimAll(database, due, now + leaseMillis)) yield* start(claim)
      return
    }
    const later = candidates.map((candidate) => candidate.due).filter((due) => due > now)
    alarm.sleepsUntil = Math.min(...later, now + leaseMillis)
    yield* Effect.timeoutOption(alarm.latch.await, alarm.sleepsUntil - now)
  })

  return yield* turn.pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(
        Effect.logError("The tasks cannot be looked at", defect),
        Effect.sleep("1 second")
      )
    ),
    Effect.forever
  )
}, Effect.scoped)

/** What the wall clock is ahead of the steady one: less than before, and it has been set back. */
const aheadOf = (clock: Clock.Clock) =>
  clock.currentTimeMillisUnsafe() - Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)

const claimAll = (database: Database["Service"], due: ReadonlyArray<Candidate>, until: number) =>
  database.write("tasks", async (sql) => {
    const claims: Array<Claim> = []
    for (const candidate of due) {
      const claimed = await claim(sql, candidate, until)
      if (claimed !== undefined) claims.push(claimed)
    }
    return claims
  })

const holdAll = (database: Database["Service"], claims: ReadonlyArray<Claim>, until: number) =>
  claims.length === 0
    ? Effect.void
    : Effect.flatMap(Clock.currentTimeMillis, (now) =>
        database.write("tasks", async (sql) => {
          for (const claim of claims) await holdOn(sql, claim, until, now)
        })
      )

/** Tasks of a kind that nothing here handles wait for a version that does. They are mentioned once. */
const warnOfUnknown = Effect.fnUntraced(function* (
  database: Database["Service"],
  handlers: ReadonlyMap<string, Handler>
) {
  const mentioned = new Set<string>()
  while (true) {
    const now = yield* Clock.currentTimeMillis
    const kinds = yield* database
      .read((sql) => findDueKinds(sql, now))
      .pipe(Effect.catchDefect(() => Effect.succeed([])))
    for (const kind of kinds) {
      if (handlers.has(kind) || mentioned.has(kind)) continue
      mentioned.add(kind)
      yield* Effect.logWarning(`Tasks of the kind ${kind} wait: nothing here handles them`)
    }
    yield* Effect.sleep("1 minute")
  }
})
