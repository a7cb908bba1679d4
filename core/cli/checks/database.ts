import { existsSync, statfsSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { Effect } from "effect"
import { addressOf, shownAddress } from "../../database/address.ts"
import { Database } from "../../database/database.ts"
import { migrationsApplied } from "../../database/migrator.ts"
import { rememberMode } from "../../database/settings.ts"
import { migrationsOf } from "../../gateway/gateway.ts"
import { askOperator } from "../operator.ts"
import type { Project } from "../project.ts"
import { good, note, wrong } from "./finding.ts"

/** A SQLite file serves one process, so a running gateway is asked about its own. */
export const checkDatabase = Effect.fnUntraced(function* (project: Project) {
  const { databaseUrl } = project.settings
  const running = yield* askOperator(project.settings, "/readyz")
  if (running !== undefined)
    return running.status === 200
      ? [good("database", "a running gateway uses it and is ready")]
      : [wrong("database", `a running gateway is not ready: ${running.text}`, "see its log")]
  const address = addressOf(databaseUrl)
  if (address.kind === "sqlite" && !existsSync(address.file))
    return [note("database", `${databaseUrl} does not exist yet; the first start makes it`)]
  return yield* opened(project).pipe(
    Effect.provide(Database.layer(databaseUrl)),
    Effect.catchTag("DatabaseRefused", ({ reason }) =>
      Effect.succeed([wrong("database", reason, "see DATABASE_URL")])
    )
  )
})

/** That it opens means that it is durable: anything else is refused. */
const opened = Effect.fnUntraced(function* ({ plugins, settings }: Project) {
  const applied = yield* migrationsApplied
  const pending = migrationsOf(plugins).filter(({ name }) => !applied.has(name))
  const opens = good("database", `${shownAddress(settings.databaseUrl)} opens and is durable`)
  const tables =
    pending.length === 0
      ? good("migrations", `${applied.size} applied, none pending`)
      : note("migrations", `${pending.length} pending; the next start applies them`)
  if (applied.size === 0) return [opens, tables]
  const mode = yield* rememberMode(settings.mode).pipe(
    Effect.as(good("mode", settings.mode)),
    Effect.catchTag("WrongMode", ({ message, remembered }) =>
      Effect.succeed(wrong("mode", message, `--mode ${remembered}`))
    )
  )
  return [opens, tables, mode]
})

const enough = 500_000_000

/** Where the database lies; a full disk is refused sales. */
export const checkDisk = ({ settings }: Project) =>
  Effect.sync(() => {
    const address = addressOf(settings.databaseUrl)
    if (address.kind === "mysql")
      return note("disk", `that of ${address.host} is not seen from here`)
    const { bavail, bsize } = statfsSync(existing(dirname(resolve(address.file))))
    const free = bavail * bsize
    const says = `${(free / 1e9).toFixed(1)} GB free where the database is`
    return free >= enough
      ? good("disk", says)
      : wrong("disk", says, "make room: when it is full, nothing can be sold")
  })

const existing = (folder: string): string =>
  existsSync(folder) ? folder : existing(dirname(folder))
