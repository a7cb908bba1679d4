import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Database, type Sql } from "../../../core/database/database.ts"
import { migrationsOf } from "../../../core/gateway/gateway.ts"
import { makeRecovery } from "../../../core/payments/recovery.ts"
import { type AttemptRow, tables } from "../../../core/payments/store.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { sound } from "../../simulation/history.ts"
import { databaseIn, eachDatabase } from "../../support/database.ts"

const [attempt] = sound.rows.attempts
if (attempt === undefined) throw new Error("The sound history has an attempt")

const left = (id: string, number: number): AttemptRow => ({
  ...attempt,
  id,
  number,
  state: "sent",
  refusal: null
})

type TaskTables = { readonly weir_tasks: { readonly task_key: string; readonly kind: string } }

const asked = Database.use(({ read }) =>
  read((sql) =>
    sql
      .withTables<TaskTables>()
      .selectFrom("weir_tasks")
      .select("task_key")
      .where("kind", "=", "payments.resolve")
      .orderBy("task_key")
      .execute()
  )
).pipe(Effect.map((rows) => rows.map(({ task_key }) => task_key)))

const change = (work: (sql: Sql) => Promise<unknown>) =>
  Database.use(({ write }) => write("test", work))

eachDatabase("what was left without an end", ({ place }) => {
  it.effect(
    "is asked about, start after start, whether or not its number was ever asked about",
    () =>
      Effect.gen(function* () {
        const url = yield* place
        yield* Effect.gen(function* () {
          const { recover, sweep } = yield* makeRecovery
          const add = (id: string, number: number) =>
            change((sql) =>
              tables(sql).insertInto("weir_attempts").values(left(id, number)).execute()
            )
          for (const again of [1, 2, 3]) {
            yield* add(`LEFT-${again}`, again)
            yield* recover
            yield* sweep
            assert.lengthOf(yield* asked, again)
          }
          // Asked about before, and what asked is gone.
          yield* change((sql) => sql.withTables<TaskTables>().deleteFrom("weir_tasks").execute())
          yield* recover
          yield* recover
          assert.deepStrictEqual(yield* asked, ["LEFT-1", "LEFT-2", "LEFT-3"])
        }).pipe(
          Effect.provide(
            Layer.fresh(Tasks.layer).pipe(Layer.provideMerge(databaseIn(url, migrationsOf([]))))
          )
        )
      })
  )
})
