import { Clock, Duration, Effect } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Seal } from "../database/seal.ts"
import { about } from "./keys.ts"
import { mask, readRanges } from "./secrets.ts"
import { findBody, findToWipe, setWiped } from "./store.ts"

/** Overwrites the secrets in the body of an entry. */
export const wipeSecrets = async (sql: Sql, { open, seal }: Seal["Service"], id: string) => {
  const row = await findBody(sql, id)
  if (row === undefined || row.secrets === null) return
  const place = about("body", id)
  const body = seal(mask(open(row.body, place), readRanges(row.secrets)), place)
  await setWiped(sql, id, { body, secrets: null, wipe_at: null })
}

/** Wipes the secrets of entries that came to no final answer in time, every minute. */
export const keepWiping = Effect.gen(function* () {
  const database = yield* Database
  const seal = yield* Seal

  const wipe = ({ id }: { readonly id: string }, now: number) =>
    database
      .write(`journal:${id}`, (sql) => wipeSecrets(sql, seal, id))
      .pipe(
        // One that cannot be opened, for want of an older key perhaps, must not stand before the others.
        Effect.catchDefect(() =>
          database.write(`journal:${id}`, (sql) => setWiped(sql, id, { wipe_at: now + tomorrow }))
        )
      )

  const sweep = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const due = yield* database.read((sql) => findToWipe(sql, now))
    yield* Effect.forEach(due, (entry) => wipe(entry, now), { concurrency: 100, discard: true })
  })

  yield* Effect.sleep("1 minute").pipe(
    Effect.andThen(sweep),
    Effect.catchDefect((defect) => Effect.logError("Secrets could not be wiped yet", defect)),
    Effect.forever,
    Effect.forkScoped
  )
})

const tomorrow = Duration.toMillis("1 day")
