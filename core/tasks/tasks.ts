import { Cause, Clock, Context, Duration, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Drain } from "../database/drain.ts"
import { insist } from "../database/insist.ts"
import { afterCommit } from "../database/works.ts"
import { again, type Handled, type TaskKind, task } from "./kind.ts"
import { findParked, type ParkedTask, unpark } from "./parked.ts"
import { type Handler, nameOf } from "./perform.ts"
import { ensureAll, type Wanting } from "./recovery.ts"
import { append, ensure, forgetIdle, seeTo } from "./store.ts"
import { Alarm, work } from "./worker.ts"

/** A task of a kind: what it is about, what it carries, and when it is due (now, if nothing is said). */
export interface NewTask<P> {
  /** Tasks under one key are done one after another, in the order they were added. */
  readonly key: string
  readonly payload: P
  readonly due?: number | undefined
}

/** What must still be done: at least once, in order per key, by whichever process is there. */
export class Tasks extends Context.Service<
  Tasks,
  {
    /** Adds a task inside a write, so that it exists exactly when the rest of the write does. */
    add<P>(sql: Sql, kind: TaskKind<P>, task: NewTask<P>): Promise<void>
    /** Adds a task unless one of its kind waits under its key; that one is then brought forward. */
    ensure<P>(sql: Sql, kind: TaskKind<P>, task: NewTask<P>): Promise<void>
    /** Adds a task for every row of a query that has none of the kind: for what a boot finds unfinished. */
    ensureAll<P>(sql: Sql, kind: TaskKind<P>, wanting: Wanting): Promise<void>
    /** Says who does the tasks of a kind; while layers are built. Handlers must bear being run twice. */
    handle<P, E>(
      kind: TaskKind<P>,
      handler: (payload: P, run: { readonly attempt: number }) => Effect.Effect<Handled, E>
    ): Effect.Effect<void>
    /** Does something again and again, once for all processes; while layers are built. It never parks. */
    every<E>(
      name: string,
      interval: Duration.Input,
      effect: Effect.Effect<unknown, E>
    ): Effect.Effect<void>
    /** The worker: does what is due, until it is interrupted. */
    readonly run: Effect.Effect<never>
    parked(): Effect.Effect<ReadonlyArray<ParkedTask>>
    /** Tries the first task of a parked key anew; `false`: the key is not parked. */
    replay(key: string): Effect.Effect<boolean>
    /** Leaves the first task of a parked key out and goes on behind it; `false`: the key is not parked. */
    skip(key: string): Effect.Effect<boolean>
  }
>()("weir/Tasks") {
  static readonly layer: Layer.Layer<Tasks, never, Database> = Layer.effect(
    Tasks,
    Effect.gen(function* () {
      const database = yield* Database
      const drain = yield* Drain
      const clock = yield* Clock.Clock
      const handlers = new Map<string, Handler>()
      const alarm = new Alarm()
      const recurring: Array<Effect.Effect<void>> = []
      const now = () => clock.currentTimeMillisUnsafe()

      /** As it is stored; the worker hears of it once it is. */
      const written = <P>(sql: Sql, kind: TaskKind<P>, task: NewTask<P>) => {
        const due = task.due ?? now()
        afterCommit(sql, () => alarm.ring(due))
        return { key: task.key, kind: kind.kind, payload: kind.encode(task.payload), due }
      }

      const handle: Tasks["Service"]["handle"] = (kind, handler) =>
        Effect.sync(() => {
          if (handlers.has(kind.kind)) throw new Error(`Two handlers for tasks of ${kind.kind}`)
          handlers.set(kind.kind, {
            limits: kind.limits,
            run: (payload, attempt) =>
              Effect.suspend(() => handler(kind.decode(payload), { attempt }))
          })
        })

      const every: Tasks["Service"]["every"] = (name, interval, effect) => {
        const kind = task(`every:${name}`, Schema.Null, forEver)
        const first = { key: kind.kind, payload: null }
        recurring.push(
          database.write(kind.kind, (sql) =>
            seeTo(sql, written(sql, kind, first), now() + Duration.toMillis(interval))
          )
        )
        return handle(kind, () =>
          effect.pipe(
            Effect.catchCause((cause) =>
              Effect.logWarning(`${name} failed and is done again`, nameOf(Cause.squash(cause)))
            ),
            Effect.as(again(interval))
          )
        )
      }

      const letGoOn = (key: string, how: "replay" | "skip") =>
        database.write(`task:${key}`, (sql) => {
          afterCommit(sql, () => alarm.ring(now()))
          return unpark(sql, key, how, now())
        })

      yield* every(
        "tasks.tidy",
        "1 hour",
        Effect.suspend(() => database.write("tasks", (sql) => forgetIdle(sql, now())))
      )

      return Tasks.of({
        add: (sql, kind, task) => append(sql, written(sql, kind, task)),
        ensure: (sql, kind, task) => ensure(sql, written(sql, kind, task), now()),
        ensureAll: (sql, { kind }, wanting) => {
          afterCommit(sql, () => alarm.ring(now()))
          return ensureAll(sql, kind, wanting)
        },
        handle,
        every,
        run: Effect.suspend(() => Effect.all(recurring.map(insist))).pipe(
          Effect.andThen(work(handlers, alarm)),
          Effect.provideService(Database, database),
          Effect.provideService(Drain, drain)
        ),
        parked: () => database.read(findParked),
        replay: (key) => letGoOn(key, "replay"),
        skip: (key) => letGoOn(key, "skip")
      })
    })
  )
}

/** Recurring work outlasts its failures, and whole nights of them. */
const forEver = { attempts: Number.POSITIVE_INFINITY, within: "10 minutes" } as const
