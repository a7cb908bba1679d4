import { Cause, Clock, Effect, Schema } from "effect"
import { type Engine, type Lane, OutcomeUnknown, StorageFailed } from "./engine.ts"
import { nextMark, readMark, setMark } from "./mark.ts"
import { type Afterwards, type Run, runEach, runTogether, Threw, type Waiting } from "./works.ts"

/** Somebody was in the way, or the line broke. Nothing was stored, so all may be run again. */
class Passing extends Schema.TaggedError<Passing>()("Passing", { cause: Schema.Defect() }) {}

/** Commits works of one lane together, and tells each caller what became of its own. Never fails. */
export const makeCommit = Effect.fnUntraced(function* (engine: Engine, lane: Lane) {
  let mark = yield* Effect.promise(() => readMark(lane))
  let connected = true
  let healthy = true
  let closedUntil = 0

  const reopen = Effect.fnUntraced(function* (outcome: StorageFailed["outcome"]) {
    const now = yield* Clock.currentTimeMillis
    if (now < closedUntil) return yield* new StorageFailed({ outcome, cause: "not yet reopened" })
    closedUntil = now + engine.pause
    yield* Effect.tryPromise({
      try: async () => {
        await lane.reopen()
        mark = await readMark(lane)
      },
      catch: (cause) => new StorageFailed({ outcome, cause })
    })
    closedUntil = 0
    connected = true
  })

  const failure = (cause: unknown) => {
    if (cause instanceof Threw) return cause
    if (cause instanceof OutcomeUnknown) {
      connected = false
      return cause
    }
    const fault = engine.fault(cause)
    connected = fault === "passing"
    return fault === "passing" || fault === "lost"
      ? new Passing({ cause })
      : new StorageFailed({ outcome: "nothing stored", cause })
  }

  const readBack = Effect.fnUntraced(function* (attempted: number, { cause }: OutcomeUnknown) {
    yield* reopen("unknown")
    if (mark !== attempted) return yield* failure(cause)
  })

  /** Runs and commits works, once. */
  const attempt = Effect.fnUntraced(function* (run: Run, batch: ReadonlyArray<Waiting>) {
    if (!connected) yield* reopen("nothing stored")
    const attempted = nextMark(mark, yield* Clock.currentTimeMillis)
    const afterwards: Afterwards = { answers: [], hooks: [] }
    yield* Effect.tryPromise({
      try: () =>
        lane.sql.transaction().execute(async (sql) => {
          await run(engine, sql, batch, afterwards)
          await setMark(sql, lane.writer, attempted)
        }),
      catch: failure
    }).pipe(Effect.catchTag("OutcomeUnknown", (unknown) => readBack(attempted, unknown)))
    mark = attempted
    return afterwards
  })

  const store = (batch: ReadonlyArray<Waiting>) => {
    const { alone, together, ...how } = engine.patience
    const times = batch.length > 1 ? together : alone
    return attempt(runTogether, batch).pipe(
      Effect.catchTag("Threw", () => attempt(runEach, batch)),
      Effect.retry({ while: (error) => error instanceof Passing, times, ...how })
    )
  }

  const commit = (batch: ReadonlyArray<Waiting>): Effect.Effect<void> =>
    Effect.matchCauseEffect(store(batch), {
      onSuccess: (afterwards) => Effect.andThen(recovered, tell(afterwards)),
      onFailure: (cause) => {
        const error = Cause.squash(cause)
        // One by one they get past whoever stands in their way, or fail alone.
        if (error instanceof Passing && batch.length > 1 && lane.shared)
          return Effect.forEach(batch, (work) => commit([work]), { discard: true })
        return failed(batch, error)
      }
    })

  const recovered = Effect.suspend(() => {
    if (healthy) return Effect.void
    healthy = true
    return Effect.logInfo("The database stores again")
  })

  const failed = (batch: ReadonlyArray<Waiting>, error: unknown) => {
    const gaveWay = error instanceof Passing
    const told = gaveWay
      ? new StorageFailed({ outcome: "nothing stored", cause: error.cause })
      : error
    for (const work of batch) work.fail(told)
    if (gaveWay) return Effect.logWarning("A write gave way too often and was not stored", told)
    if (!healthy) return Effect.void
    healthy = false
    return Effect.logError("The database stores nothing until this is mended", told)
  }

  return commit
})

const tell = ({ answers, hooks }: Afterwards) =>
  Effect.forEach(hooks, (run) => Effect.ignoreCause(Effect.sync(run), { log: true })).pipe(
    Effect.andThen(
      Effect.sync(() => {
        for (const answer of answers) answer()
      })
    )
  )
