import { type Duration, Effect, Schema } from "effect"
import type { NoAnswer, NotSent } from "../../transport.ts"
import { malformed } from "../codec/two-way.ts"
import type { Dialect, Texts } from "../dialect.ts"

/** A request without its host: where it goes, what stands in its head, and the body's very bytes. */
export interface Posted {
  readonly method: string
  /** Path and query as they leave, below the connection's address. */
  readonly target: string
  readonly headers: Texts
  readonly body: Uint8Array
}

/** What came back. */
export interface Heard {
  readonly status: number
  /** Names in lower case; several `Set-Cookie` are joined by a line feed. */
  readonly headers: Texts
  readonly body: Uint8Array
  /** Fewer bytes came than were promised. */
  readonly cut?: boolean
}

/** What an answer means; HTTP's status never says it alone. */
export type Verdict =
  | { readonly is: "ok" }
  /** The old system says no, for good; nothing changed. */
  | { readonly is: "refused"; readonly reason: string }
  /** The old system says that it did nothing, and may do it later: busy, locked, over its limit. */
  | { readonly is: "retryable"; readonly reason: string }
  /** Nothing was done because the session is over; `certain`: it says so before it looks at anything. */
  | { readonly is: "session lost"; readonly certain: boolean }
  /** Whether it was done is not known. */
  | { readonly is: "unknown"; readonly reason: string }

/** An answer for its dialect to judge. */
export interface Judged<A> extends Heard {
  readonly call: string
  /** As it was read; `undefined`: it could not be read, which may be all that is known. */
  readonly answer: A | undefined
}

/** Sends a request by itself, without a session, for opening one. */
export type Send = (posted: Posted) => Effect.Effect<Heard, NotSent | NoAnswer>

/** How one kind of old system knows us again. */
export interface Session {
  /** Opens one; what is kept of it is put on every request. `undefined`: refused. */
  readonly open: (send: Send, now: number) => Effect.Effect<Texts | undefined, NotSent | NoAnswer>
  readonly wear: (posted: Posted, session: Texts) => Posted
  /** How long one is used at most; else until it is said to be lost. */
  readonly life?: Duration.Input
}

/**
 * How one kind of server is spoken to: the dialect of the way in, from its other end. The same value also plays that server: `request`
 * and `reply` read and write, `callOf` undoes `post`.
 */
export interface ServerDialect<M, A> {
  readonly name: string
  /** How long an answer is waited for. */
  readonly patience: Duration.Duration
  /** Message ⇄ body, a signature inside of it checked and written on the way. */
  readonly request: Schema.Codec<M, Uint8Array>
  readonly reply: Schema.Codec<A, Uint8Array>
  /** Where a message goes, and what stands around it: path, query, headers, a signature over all of it. */
  readonly post: (call: string, body: Uint8Array, now: number) => Posted
  /** Which call a request is; `undefined`: none of this dialect. */
  readonly callOf: (posted: Posted) => string | undefined
  readonly classify: (judged: Judged<A>) => Verdict
  readonly session?: Session
}

/** Declares how a kind of server is spoken to. */
export const serverDialect = <M, A>(declared: ServerDialect<M, A>): ServerDialect<M, A> => declared

/**
 * The dialect of an inlet, spoken to the system at its other end: one path takes all its messages.
 *
 * **Gotchas** `classify` must look for what a good answer says; everything else is unknown.
 */
export const spokenTo = (
  { callOf, name, patience, reply, request }: Dialect,
  more: {
    readonly classify: (judged: Judged<Texts>) => Verdict
    readonly contentType: string
    /** Below the connection's address; its root unless said. */
    readonly path?: `/${string}`
  }
): ServerDialect<Texts, Texts> => ({
  name,
  patience,
  request,
  reply,
  post: (_, body) => ({
    method: "POST",
    target: more.path ?? "",
    headers: { "content-type": more.contentType },
    body
  }),
  callOf: ({ body }) => {
    const read = Schema.decodeOption(request)(body)
    return read._tag === "Some" ? callOf(read.value) : undefined
  },
  classify: more.classify
})

/** Reads an answer; a body that is not of the dialect is none. */
export const readAnswer = <M, A>(
  { reply }: ServerDialect<M, A>,
  { body }: Heard
): Effect.Effect<{ readonly answer: A | undefined; readonly flaw?: string }> =>
  Schema.decodeEffect(reply)(body).pipe(
    Effect.match({
      onSuccess: (answer) => ({ answer }),
      onFailure: (error) => {
        const { field, message, step } = malformed(error)
        return {
          answer: undefined,
          flaw: `${step}${field === undefined ? "" : ` ${field}`}: ${message}`
        }
      }
    })
  )
