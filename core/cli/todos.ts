import { Effect, Schema } from "effect"
import * as Command from "effect/cli/Command"
import { Database } from "../database/database.ts"
import { migrationsApplied } from "../database/migrator.ts"
import { openTodos, type Todo } from "../tasks/todos.ts"
import { rfc3339 } from "../values/beijing.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { askOperator } from "./operator.ts"
import { readProject } from "./project.ts"

const Todos = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      kind: Schema.String,
      subject: Schema.String,
      detail: Schema.String,
      at: Schema.Int
    })
  )
)

/** A database that has never been used has nothing to do. */
const stored = Effect.gen(function* () {
  const { read } = yield* Database
  return (yield* migrationsApplied).size === 0 ? [] : yield* read((sql) => openTodos(sql))
})

/** A running gateway is asked, since a SQLite file serves one process; else the database is read. */
const run = Effect.fnUntraced(function* (asJson: boolean) {
  const { settings } = yield* readProject
  const answer = yield* askOperator(settings, "/todos")
  const todos: ReadonlyArray<Todo> =
    answer?.status === 200
      ? yield* Effect.orDie(Schema.decodeUnknownEffect(Todos)(answer.text))
      : yield* Effect.provide(stored, Database.layer(settings.databaseUrl))
  yield* say(todos, asJson, (all) =>
    all.length === 0 ? ["nothing waits for a person"] : all.map(line)
  )
})

const line = ({ at, detail, kind, subject }: Todo) =>
  `${rfc3339(at)}  ${kind}  ${subject}\n  ${detail}`

/** `weir todos` */
export const todos = Command.make("todos", { json }, ({ json }) => inMode()(run(json))).pipe(
  Command.withDescription("Lists what waits for a person")
)
