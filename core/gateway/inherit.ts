import { Clock, Effect } from "effect"
import { Database } from "../database/database.ts"
import { freeEntries } from "../journal/store.ts"
import { freeKeys } from "../tasks/claims.ts"
import { freeFetches } from "../wechat/secret-rows.ts"

/**
 * Frees what a former process held when it died, where a database serves one process: its calls are answered and its tasks are done at
 * once, not when its leases have run out, whatever has become of the clock meanwhile.
 */
export const inherit = Effect.gen(function* () {
  const database = yield* Database
  if (!database.alone) return
  const now = yield* Clock.currentTimeMillis
  yield* database.write("leases", async (sql) => {
    await freeEntries(sql, now)
    await freeKeys(sql, now)
    await freeFetches(sql)
  })
})
