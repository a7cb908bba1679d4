import type { Duration, Schema } from "effect"

/** The core's reasons to refuse a call before or beside its plugin. A dialect says each in its own words. */
export type Problem =
  /** The message could not be read: at which step, about which field of the old system's own, and what was expected. */
  | {
      readonly is: "malformed"
      readonly step: string
      readonly field?: string
      readonly message: string
    }
  | { readonly is: "wrong signature" }
  | { readonly is: "unknown call"; readonly call: string }
  /** The same key came with another amount (or whatever the call says must stay the same). */
  | { readonly is: "reused" }
  /** The answer is not there within the caller's patience; the work goes on. */
  | { readonly is: "running"; readonly waited: Duration.Duration }
  /** The system this message is handed on to cannot be reached; nothing was sent. */
  | { readonly is: "unreachable" }
  /** A fault of our own. Whether money moved is what a later query says. */
  | { readonly is: "failed" }

/** A message as a dialect's codec leaves it: texts by the old system's own field names. */
export type Texts = { readonly [field: string]: string }

/** How one kind of old system writes a message and says "no". The same value reads and writes, so that it also plays that system. */
export interface Dialect<out Name extends string = string> {
  readonly name: Name
  /** How long the caller waits for an answer before it gives up by itself. */
  readonly patience: Duration.Duration
  /** Bytes ⇄ fields, the signature checked and written on the way. */
  readonly request: Schema.Codec<Texts, Uint8Array>
  readonly reply: Schema.Codec<Texts, Uint8Array>
  readonly contentType?: (reply: Texts) => string
  /** Which call a message is. */
  readonly callOf: (request: Texts) => string
  /** What every reply repeats of its request, as far as that could be read; without anything read it is given nothing. */
  readonly echo: (request: Texts) => Texts
  readonly refuse: (problem: Problem) => Texts
}

/** Declares a dialect. */
export const dialect = <const Name extends string>(declared: Dialect<Name>): Dialect<Name> =>
  declared
