import { Schema } from "effect"
import type { Kysely } from "kysely"

/** A handle for SQL. Stores name their own tables: `sql.withTables<PaymentTables>()`. */
export type Sql = Kysely<{}>

/** What one kind of database does in its own way. Nothing outside this folder knows which kind it is. */
export interface Engine {
  readonly reads: Sql
  /** Its `transaction()` takes the right to write at once, so that no work fails for having read first. */
  readonly writes: Sql
  readonly fault: (error: unknown) => Fault
  /** Drops every connection and opens new ones, so that what is read next is what the disk holds. */
  readonly reopen: () => void | Promise<void>
  readonly close: () => void | Promise<void>
}

/** Whose an error is: the work's own, which alone is undone; passing, and all is run again; or the storage's. */
export type Fault = "work" | "passing" | "storage"

/** COMMIT did not say yes, which is not a no: SQLite has reported an error for a row that the next process found. */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  cause: Schema.Defect()
}) {}

/** The storage does not do its part: disk full, input/output error. Raised as a defect; gone when the storage heals. */
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
