import { Effect, Schema } from "effect"
import { Database } from "../database/database.ts"
import { route } from "../plugin/route.ts"
import { openTodos } from "../tasks/todos.ts"

/** What waits for a person, for the operator door. */
export const todosRoute = route.get("/todos", {
  output: Schema.Array(
    Schema.Struct({
      kind: Schema.String,
      subject: Schema.String,
      detail: Schema.String,
      at: Schema.Int
    })
  ),
  handle: () => Effect.flatMap(Database, (database) => database.read((sql) => openTodos(sql)))
})
