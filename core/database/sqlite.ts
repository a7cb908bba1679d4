import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Predicate, Schedule } from "effect"
import { Kysely, SqliteDialect, SqliteDriver } from "kysely"
import { Connection } from "./connection.ts"
import {
  ConnectionLost,
  DatabaseRefused,
  type Engine,
  type Fault,
  OutcomeUnknown
} from "./engine.ts"
import { createMarks } from "./mark.ts"

/** Opens a database file for this process alone, and creates it where there is none. */
export const openSqlite = async (file: string): Promise<Engine> => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const lock = lockFile(file)
  const writer = new Connection(file, { readOnly: false })
  const reader = new Connection(file, { readOnly: true })

  const close = () => {
    reader.close()
    writer.close()
  }
  const open = () => {
    close()
    writer.open()
    settle(writer)
    reader.open()
    return checkpoint(writer)
  }

  const sql = new Kysely<{}>({ dialect: new WriterDialect(writer) })
  try {
    open()
    await createMarks(sql)
  } catch (error) {
    close()
    lock.close()
    throw error
  }
  const reopen = () => insist(open(), "its log is held by another program")
  return {
    reads: new Kysely({ dialect: new SqliteDialect({ database: reader }) }),
    lanes: [{ sql, writer: "gateway", shared: false, reopen }],
    fault,
    // They run without a pause; more of them in one go would keep everything else in this process waiting too long.
    most: 256,
    // Somebody else holds the file for a moment, a backup perhaps.
    patience: { together: 200, alone: 200, schedule: Schedule.spaced("50 millis") },
    pause: 0,
    close: () => {
      close()
      lock.close()
    }
  }
}

/**
 * One gateway per file. The lock is the operating system's, on a file of its own, so it ends with its process, however that ends.
 * Nothing else may open the lock's file: on POSIX, closing any handle of it lets go of the lock.
 */
const lockFile = (file: string): DatabaseSync => {
  const lock = new DatabaseSync(`${file}-lock`, { timeout: 0 })
  try {
    lock.exec("begin exclusive")
    return lock
  } catch (error) {
    lock.close()
    if (fault(error) !== "passing") throw error
    throw new DatabaseRefused({
      reason: `Another gateway is using ${file}. A SQLite file serves one process: stop the other one, give this one a DATABASE_URL of its own, or let both use mysql://…`
    })
  }
}

const settle = (connection: Connection): void => {
  const ask = (sql: string) => Object.values(connection.prepare(sql).all([])[0] ?? {})[0]
  // Older ones may corrupt a file that several connections share (sqlite.org/wal.html#walresetbug).
  insist(isRecent(String(ask("select sqlite_version()"))), "SQLite 3.51.3 or later is needed")
  insist(ask("pragma journal_mode = wal") === "wal", "write-ahead logging is not available")
  // Anything weaker than FULL loses rows that were acknowledged when the power fails.
  connection.exec("pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on")
  insist(ask("pragma synchronous") === 2, "`synchronous` is not FULL")
  insist(ask("pragma foreign_keys") === 1, "foreign keys are not enforced")
}

const isRecent = (version: string): boolean => {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number)
  return major * 1_000_000 + minor * 1_000 + patch >= 3_051_003
}

const insist = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new DatabaseRefused({ reason: `The SQLite file cannot be used: ${otherwise}` })
}

/**
 * Moves all that the log holds into the file, and says whether that was possible. After a failed fsync the system may take pages for
 * stored that are not; only what was written once more, and synced, surely is.
 */
const checkpoint = (connection: Connection): boolean => {
  const [row] = connection.prepare("pragma wal_checkpoint(truncate)").all([])
  return Predicate.hasProperty(row, "busy") && row.busy === 0
}

class WriterDialect extends SqliteDialect {
  readonly #connection: Connection

  constructor(connection: Connection) {
    super({ database: connection })
    this.#connection = connection
  }

  override createDriver(): WriterDriver {
    return new WriterDriver(this.#connection)
  }
}

/** Kysely's own driver begins without the right to write, and takes the answer to COMMIT for what happened. */
class WriterDriver extends SqliteDriver {
  readonly #connection: Connection

  constructor(connection: Connection) {
    super({ database: connection })
    this.#connection = connection
  }

  override async beginTransaction(): Promise<void> {
    this.#connection.begin()
  }

  override async commitTransaction(): Promise<void> {
    doubting(() => this.#connection.commit())
  }

  override async rollbackTransaction(): Promise<void> {
    doubting(() => this.#connection.rollback())
  }
}

const doubting = (end: () => void): void => {
  try {
    end()
  } catch (cause) {
    throw new OutcomeUnknown({ cause })
  }
}

// sqlite.org/rescode.html. Passing: BUSY, LOCKED. Of the work: ERROR, TOOBIG, CONSTRAINT, MISMATCH, MISUSE, RANGE.
const passing = new Set([5, 6])
/** CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE. */
const duplicate = new Set([1555, 2067])
const ofTheWork = new Set([1, 18, 19, 20, 21, 25])

const fault = (error: unknown): Fault => {
  if (error instanceof ConnectionLost) return "storage"
  if (!Predicate.hasProperty(error, "errcode")) return "work"
  if (duplicate.has(Number(error.errcode))) return "raced"
  const code = Number(error.errcode) & 0xff
  if (passing.has(code)) return "passing"
  return ofTheWork.has(code) ? "work" : "storage"
}
