import { Clock, Duration, Effect } from "effect"
import { Database } from "../../database/database.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { wipeTellings } from "./store.ts"

/** So long after its end, what was told is forgotten; that it was told, and what came of it, stays. */
const kept = Duration.toMillis("30 days")

/** Wipes the contents of what was told long ago: they may name people, and nobody needs them any more. */
export const forgetTellings = Effect.gen(function* () {
  const database = yield* Database
  const tasks = yield* Tasks
  yield* tasks.every(
    "connections: forget",
    "1 day",
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      database.write("tellings: forget", (sql) => wipeTellings(sql, now - kept))
    )
  )
})
