import type { Duration } from "effect"
import type { Question } from "./judgement.ts"

/** One call of the API, not yet signed. */
export interface Call<A> extends Question<A> {
  readonly method: "GET" | "POST" | "PUT"
  /** Path and query, percent-encoded: signed and sent exactly so. */
  readonly target: string
  /** Signed and sent exactly so. */
  readonly body?: string
  readonly timeout: Duration.Input
}
