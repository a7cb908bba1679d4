import type { Duration, Effect, Schema } from "effect"
import type { Answer } from "../journal/journal.ts"
import type { Texts } from "./dialect.ts"

/** What is remembered of a message so that it is answered once: its caller's key and what must stay the same. */
export interface Once<in Request, out R> {
  /** The caller's own key: operation, store, till, business date, ticket … */
  readonly key: (request: Request) => ReadonlyArray<string>
  /** What must not change under one key. */
  readonly same: (request: Request) => ReadonlyArray<string | number>
  /** Texts wiped from the journal as soon as they have served: payment codes. */
  readonly secrets?: (request: Request) => ReadonlyArray<string>
  /** The call whose stored answer this one takes back: a reversal undoes a sale. */
  readonly reopens?: (
    request: Request
  ) => Effect.Effect<
    { readonly call: string; readonly key: ReadonlyArray<string> } | undefined,
    never,
    R
  >
  /**
   * For terminals whose messages carry no ticket: which terminal it is. Its last call without a delivered final answer is given to
   * `giveUp` before a new one begins.
   */
  readonly terminal?: (request: Request) => string
}

/** A message that a plugin answers. `R` is what its handler needs. */
export interface Call<out R> {
  readonly name: string
  readonly request: Schema.Codec<unknown, Texts>
  readonly reply: Schema.Codec<unknown, Texts>
  readonly once: Once<never, R> | undefined
  readonly patience: Duration.Duration | undefined
  readonly answer: (request: never) => Effect.Effect<Answer<unknown>, never, R>
  readonly pending:
    | ((request: never, waited: Duration.Duration) => Effect.Effect<unknown, never, R>)
    | undefined
  readonly giveUp: ((key: ReadonlyArray<string>) => Effect.Effect<void, never, R>) | undefined
}

/**
 * Declares a call of an old system.
 *
 * Its handler never fails: what a plugin refuses is an answer in the caller's own fields. `final(reply)` is stored and given to every
 * later message with the same key; `interim(reply)` is not. A call without `once` changes nothing and is answered anew each time.
 */
export const call = <Request, Reply, R1, R2 = never, R3 = never, R4 = never>(
  name: string,
  declared: {
    readonly request: Schema.Codec<Request, Texts>
    readonly reply: Schema.Codec<Reply, Texts>
    readonly once?: Once<Request, R4>
    /** Shorter than the dialect's. */
    readonly patience?: Duration.Duration
    readonly answer: (request: Request) => Effect.Effect<Answer<Reply>, never, R1>
    /** What the caller hears when the answer is not there within its patience; else the dialect's own words. */
    readonly pending?: (
      request: Request,
      waited: Duration.Duration
    ) => Effect.Effect<Reply, never, R2>
    /** Finishes or undoes the call of this key, whose terminal has moved on without hearing its end. */
    readonly giveUp?: (key: ReadonlyArray<string>) => Effect.Effect<void, never, R3>
  }
): Call<R1 | R2 | R3 | R4> => ({
  name,
  request: declared.request,
  reply: declared.reply,
  once: declared.once,
  patience: declared.patience,
  answer: declared.answer,
  pending: declared.pending,
  giveUp: declared.giveUp
})
