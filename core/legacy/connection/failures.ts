import { Schema } from "effect"

/** The old system said no; nothing changed there. `reason` is in its own words. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  connection: Schema.String,
  reason: Schema.String
}) {
  override readonly message = `${this.connection} refuses: ${this.reason}`
}

/** Nothing happened there: it cannot be reached, is busy, or lets us not in. */
export class NotReached extends Schema.TaggedError<NotReached>()("NotReached", {
  connection: Schema.String,
  reason: Schema.String
}) {
  override readonly message = `${this.connection} was not reached: ${this.reason}`
}

/** It may have been done there, and nobody can say yet. */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  connection: Schema.String,
  reason: Schema.String
}) {
  override readonly message = `${this.connection}: the outcome is unknown: ${this.reason}`
}

export type AskFailure = Refused | NotReached | OutcomeUnknown
