import { Clock, Effect } from "effect"
import { Database } from "../database/database.ts"
import { forget } from "./store.ts"

/** Removes entries that are of no more use, every ten minutes. */
export const keepForgetting = Effect.gen(function* () {
  const database = yield* Database

  const sweep = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    while (yield* database.write("journal", (sql) => forget(sql, now)));
  })

  yield* Effect.sleep("10 minutes").pipe(
    Effect.andThen(sweep),
    Effect.catchDefect((defect) => Effect.logError("Old entries could not be removed yet", defect)),
    Effect.forever,
    Effect.forkScoped
  )
})
