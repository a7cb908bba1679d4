import { type Duration, Effect, Layer, Schema, type Scope } from "effect"
import { Database, type Sql } from "../../core/database/database.ts"
import { Drain } from "../../core/database/drain.ts"
import { type Handled, task } from "../../core/tasks/kind.ts"
import { taskMigrations } from "../../core/tasks/migrations.ts"
import { Tasks } from "../../core/tasks/tasks.ts"
import { databaseIn, type Kind, noteMigrations } from "./database.ts"
import { passIn } from "./settling.ts"

export const tasksIn = (url: string) =>
  Layer.fresh(Tasks.layer).pipe(
    Layer.provideMerge(databaseIn(url, [...noteMigrations, ...taskMigrations])),
    Layer.provide(Layer.succeed(Drain, 0))
  )
export const fresh = (database: Kind) => Layer.unwrap(Effect.map(database.place, tasksIn))

export const Greet = task("greet", Schema.Struct({ name: Schema.String }))
export const Other = task("other", Schema.Null, { attempts: 3 })

type New = { readonly key: string; readonly name: string; readonly due?: number }

export const write = <A>(work: (sql: Sql, tasks: Tasks["Service"]) => Promise<A>) =>
  Effect.gen(function* () {
    const tasks = yield* Tasks
    return yield* (yield* Database).write("test", (sql) => work(sql, tasks))
  })

export const add = (...list: ReadonlyArray<New>) =>
  write(async (sql, tasks) => {
    for (const { due, key, name } of list)
      await tasks.add(sql, Greet, { key, payload: { name }, due })
  })

export const start = Tasks.use((tasks) => Effect.forkScoped(tasks.run))

/** Runs something as a process does: its worker ends before its database closes. */
export const process =
  <E>(layer: Layer.Layer<Tasks | Database, E, Scope.Scope>) =>
  <A, E2>(effect: Effect.Effect<A, E2, Tasks | Database | Scope.Scope>) =>
    Effect.provide(Effect.scoped(effect), layer)

/** Lets time pass, a lease's renewals not too far apart. */
export const pass = (time: Duration.Input) => passIn(2_500, time)

/** Handles greetings by noting them, in a way each test may change. */
export const greeting = Effect.gen(function* () {
  const greeted: Array<string> = []
  const state = {
    greeted,
    handle: (_: string, _attempt: number): Effect.Effect<Handled, unknown> => Effect.void
  }
  yield* Tasks.use((tasks) =>
    tasks.handle(Greet, ({ name }, { attempt }) => {
      greeted.push(name)
      return state.handle(name, attempt)
    })
  )
  return state
})
