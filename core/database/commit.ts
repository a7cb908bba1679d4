import { Cause, Effect, Schedule, Schema } from "effect"
import { CompiledQuery } from "kysely"
import { type Engine, OutcomeUnknown, type Sql, StorageFailed } from "./engine.ts"
import { firstMark, readMark, setMark } from "./mark.ts"

/** A work that waits for its commit, and its caller who waits for the work. */
export interface Waiting {
  /** Does the work, and returns how to tell the caller. */
  readonly run: (sql: Sql) => Promise<() => void>
  readonly fail: (cause: unknown) => void
}

/** What to do once a transaction is durable. */
interface Afterwards {
  readonly answers: Array<() => void>
  readonly hooks: Array<() => void>
}

class Passing extends Schema.TaggedError<Passing>()("Passing", { cause: Schema.Defect() }) {}

/** Commits works together, and tells each caller what became of its own. Never fails. */
export const makeCommit = Effect.fnUntraced(function* (engine: Engine) {
  let mark = yield* Effect.promise(() => firstMark(engine.writes))
  let healthy = true

  const transact = (batch: ReadonlyArray<Waiting>, afterwards: Afterwards) =>
    Effect.tryPromise({
      try: () =>
        engine.writes.transaction().execute(async (sql) => {
          afterwards.answers.length = afterwards.hooks.length = 0
          for (const work of batch) await runAlone(engine, sql, work, afterwards)
          await setMark(sql, mark + 1)
        }),
      catch: (cause) => {
        if (cause instanceof OutcomeUnknown) return cause
        if (engine.fault(cause) === "passing") return new Passing({ cause })
        return new StorageFailed({ outcome: "nothing stored", cause })
      }
    })

  const reopen = (outcome: StorageFailed["outcome"]) =>
    Effect.tryPromise({
      try: async () => {
        await engine.reopen()
        mark = await readMark(engine.writes)
      },
      catch: (cause) => new StorageFailed({ outcome, cause })
    })

  const readBack = Effect.fnUntraced(function* (attempted: number, { cause }: OutcomeUnknown) {
    yield* reopen("unknown")
    if (mark !== attempted) return yield* new StorageFailed({ outcome: "nothing stored", cause })
  })

  const store = Effect.fnUntraced(function* (batch: ReadonlyArray<Waiting>) {
    if (!healthy) yield* reopen("nothing stored")
    const attempted = mark + 1
    const afterwards: Afterwards = { answers: [], hooks: [] }
    yield* transact(batch, afterwards).pipe(
      Effect.retry(whilePassing),
      Effect.catchTags({
        OutcomeUnknown: (unknown) => readBack(attempted, unknown),
        Passing: ({ cause }) => new StorageFailed({ outcome: "nothing stored", cause })
      })
    )
    mark = attempted
    return afterwards
  })

  const recovered = Effect.suspend(() => {
    if (healthy) return Effect.void
    healthy = true
    return Effect.logInfo("The database stores again")
  })
  const failed = (error: unknown) =>
    Effect.suspend(() => {
      if (!healthy) return Effect.void
      healthy = false
      return Effect.logError("The database stores nothing until this is mended", error)
    })

  return (batch: ReadonlyArray<Waiting>) =>
    store(batch).pipe(
      Effect.matchCauseEffect({
        onSuccess: (afterwards) => Effect.andThen(recovered, tell(afterwards)),
        onFailure: (cause) => {
          const error = Cause.squash(cause)
          for (const work of batch) work.fail(error)
          return failed(error)
        }
      })
    )
})

/** Somebody else holds the file for a moment, a backup perhaps. */
const whilePassing = {
  while: ({ _tag }: { readonly _tag: string }) => _tag === "Passing",
  schedule: Schedule.spaced("50 millis"),
  times: 200
}

const savepoint = CompiledQuery.raw("savepoint work")
const release = CompiledQuery.raw("release savepoint work")
const undo = CompiledQuery.raw("rollback to savepoint work")

/** Works share a transaction, not their failures: one that throws is undone to its savepoint. */
const runAlone = async (engine: Engine, sql: Sql, work: Waiting, afterwards: Afterwards) => {
  const hooks: Array<() => void> = []
  hooksOf.set(sql.getExecutor(), hooks)
  await sql.executeQuery(savepoint)
  try {
    const answer = await work.run(sql)
    await sql.executeQuery(release)
    afterwards.answers.push(answer)
    afterwards.hooks.push(...hooks)
  } catch (error) {
    if (engine.fault(error) !== "work") throw error
    await sql.executeQuery(undo)
    await sql.executeQuery(release)
    afterwards.answers.push(() => work.fail(error))
  }
}

const tell = ({ answers, hooks }: Afterwards) =>
  Effect.forEach(hooks, (run) => Effect.ignoreCause(Effect.sync(run), { log: true })).pipe(
    Effect.andThen(
      Effect.sync(() => {
        for (const answer of answers) answer()
      })
    )
  )

/** What the current work of a transaction wants run; by executor, the one thing all handles of a transaction share. */
export const hooksOf = new WeakMap<object, Array<() => void>>()
