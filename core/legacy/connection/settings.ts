import type { Duration } from "effect"
import type { SomeErrand } from "./errand.ts"
import type { Limits } from "./lanes.ts"
import type { ServerDialect } from "./server-dialect.ts"

/** What an old system bears, and when it is left alone. */
export interface ConnectionLimits extends Limits {
  /** What an answer may weigh in bytes; a mebibyte unless said. */
  readonly maxBytes?: number
  /** After so many failures in a row it is left alone; 5 unless said. */
  readonly failures?: number
  /** For so long; 15 seconds unless said. Then one request tries. */
  readonly rest?: Duration.Input
}

/** An old system we call. */
export interface ConnectionSettings<M = unknown, A = unknown> {
  /** Where it is; nothing is ever sent anywhere else. */
  readonly address: URL
  readonly dialect: ServerDialect<M, A>
  /** Reads answers that break HTTP. For old servers in the own network only. */
  readonly lenient?: boolean
  readonly limits?: ConnectionLimits
  /** A harmless question, by which `weir doctor` sees whether address and account are right. */
  readonly probe?: { readonly errand: SomeErrand; readonly request: unknown }
}
