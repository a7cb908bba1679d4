import { type Schedule, Schema } from "effect"
import type { Kysely } from "kysely"

/** A handle for SQL. Stores name their own tables: `sql.withTables<PaymentTables>()`. */
export type Sql = Kysely<{}>

/** What one kind of database does in its own way. Nothing outside this folder knows which kind it is. */
export interface Engine {
  readonly reads: Sql
  /** Those who write beside each other; on SQLite there is one. */
  readonly lanes: readonly [Lane, ...ReadonlyArray<Lane>]
  readonly fault: (error: unknown) => Fault
  /** How many works may share a transaction: the more, the longer they keep what they have changed from others. */
  readonly most: number
  /** How often, and how far apart, works are run again that gave way to others; one that is left alone with it may take longer. */
  readonly patience: {
    readonly together: number
    readonly alone: number
    readonly schedule?: Schedule.Schedule<unknown>
  }
  /** For how many milliseconds after a failed attempt no connection is opened, so that a server that comes back is not stormed. */
  readonly pause: number
  /** Changes tables under one lock of all processes, where that is not done as any other write is. */
  readonly alter?: <A>(work: (sql: Sql) => Promise<A>) => Promise<A>
  readonly close: () => void | Promise<void>
}

/** One writer's own connection. */
export interface Lane {
  /** Its `transaction()` takes the right to write at once where there is but one, so that no work fails for having read first. */
  readonly sql: Sql
  /** Whose mark it sets. */
  readonly writer: string
  /** Whether others may write at the same time, in this process or another. */
  readonly shared: boolean
  /** Drops the connection and opens a new one, so that what is read next is what the disk holds. */
  readonly reopen: () => void | Promise<void>
}

/**
 * Whose an error is. `work`: the work's own, which alone is undone. `raced`: the work's own, but it may go well when it looks again,
 * as another process was quicker. `passing`: all is run again. `lost`: all is run again, on a new connection. `storage`: nothing can
 * be stored now.
 */
export type Fault = "work" | "raced" | "passing" | "lost" | "storage"

/** There is no connection, or the database ended its transaction by itself, as it may when the disk fails. */
export class ConnectionLost extends Error {}

/** COMMIT did not say yes, which is not a no: SQLite has reported an error for a row that the next process found. */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  cause: Schema.Defect()
}) {}

/** The storage does not do its part: disk full, server away. Raised as a defect; gone when the storage heals. */
export class StorageFailed extends Schema.TaggedError<StorageFailed>()("StorageFailed", {
  /** `unknown`: what was written may still be found later. */
  outcome: Schema.Literals(["nothing stored", "unknown"]),
  cause: Schema.Defect()
}) {
  readonly status = 503
  override readonly message = "The database cannot store or read anything now"
}

/** Why the database cannot be used at all, as a sentence for the one who starts the gateway. */
export class DatabaseRefused extends Schema.TaggedError<DatabaseRefused>()("DatabaseRefused", {
  reason: Schema.String
}) {
  override readonly message = this.reason
}
