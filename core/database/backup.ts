import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { backup, DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"
import { Effect, Predicate, Schema } from "effect"

/** Why there is no copy. */
export class NoBackup extends Schema.TaggedError<NoBackup>()("NoBackup", {
  reason: Schema.String
}) {
  override readonly message = this.reason
}

/** What a copy was found to hold when it was read again. */
export interface Copy {
  readonly bytes: number
  /** How many migrations have been applied to it. */
  readonly migrations: number
  /** That of the gateway it belongs to. */
  readonly mode: string | undefined
}

/** Hears now and then what share of it has been copied. */
export type Progress = (share: number) => void

/**
 * Copies a SQLite file that a gateway may be writing to. The copy holds what was committed when it began, and has been read again from
 * end to end before it bears its name. The writer waits for nothing; its log grows until the copy is complete.
 */
export const copySqlite = (
  from: string,
  to: string,
  progress: Progress
): Effect.Effect<Copy, NoBackup> =>
  Effect.callback((resume, signal) => {
    const copied = copy(from, to, { progress, signal }).then(
      (found) => resume(Effect.succeed(found)),
      (error) => resume(error instanceof NoBackup ? error : Effect.fail(failed(from, error)))
    )
    // Whoever is told to stop leaves nothing half done.
    return Effect.promise(() => copied)
  })

const failed = (from: string, error: unknown) =>
  new NoBackup({
    reason: `${from} cannot be copied: ${Predicate.isError(error) ? error.message : String(error)}`
  })

interface Copying {
  readonly progress: Progress
  readonly signal: AbortSignal
}

const copy = async (from: string, to: string, copying: Copying): Promise<Copy> => {
  if (!existsSync(from)) throw new NoBackup({ reason: `There is no database at ${from}` })
  if (existsSync(to))
    throw new NoBackup({ reason: `${to} is there already, and a backup overwrites nothing` })
  const partial = `${to}.partial`
  // Readable for its owner only, as the database is.
  closeSync(openSync(partial, "wx", 0o600))
  try {
    await copyPages(from, partial, copying)
    const found = examine(partial)
    renameSync(partial, to)
    sync(dirname(to))
    return found
  } finally {
    rmSync(partial, { force: true })
    rmSync(`${partial}-journal`, { force: true })
  }
}

/** Many pages at once, and few enough that progress is seen and a stop is heard. */
const rate = 2_000

const copyPages = async (from: string, to: string, { progress, signal }: Copying) => {
  const reader = new DatabaseSync(from, { readOnly: true, timeout: 5_000 })
  try {
    // One snapshot from the first page to the last: without it, SQLite would begin anew whenever the gateway has committed.
    reader.exec("begin; select count(*) from sqlite_schema")
    await backup(reader, to, {
      rate,
      progress: ({ remainingPages, totalPages }) => {
        signal.throwIfAborted()
        progress(1 - remainingPages / totalPages)
      }
    })
  } finally {
    reader.close()
  }
}

const examine = (file: string): Copy => {
  // Immutable: nothing is put beside the copy for the sake of those who might write to it.
  const address = new URL("?immutable=1", pathToFileURL(file))
  const database = new DatabaseSync(address, { readOnly: true })
  try {
    const ask = (sql: string) => Object.values(database.prepare(sql).get() ?? {})[0]
    const integrity = ask("pragma integrity_check(1)")
    if (integrity !== "ok") throw new NoBackup({ reason: `The database is damaged: ${integrity}` })
    const tables = ask(
      "select count(*) from sqlite_schema where name in ('weir_migrations', 'weir_settings')"
    )
    if (tables !== 2) throw new NoBackup({ reason: "The database is not that of a gateway" })
    const mode = ask("select value from weir_settings where name = 'mode'")
    return {
      bytes: statSync(file).size,
      migrations: Number(ask("select count(*) from weir_migrations")),
      mode: typeof mode === "string" ? mode : undefined
    }
  } finally {
    database.close()
  }
}

/** The new name is durable once its folder is. Windows does not open folders, and needs nothing of the kind. */
const sync = (folder: string): void => {
  if (process.platform === "win32") return
  const opened = openSync(folder, "r")
  fsyncSync(opened)
  closeSync(opened)
}
