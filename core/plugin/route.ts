import type { Effect } from "effect"
import { Schema } from "effect"
import type { PublicError } from "../errors.ts"

type Codec = Schema.ConstraintCodec<unknown, unknown>
type Method = "GET" | "POST" | "PUT" | "DELETE"
export type Fields = { readonly [name: string]: Codec }
export type TypeOf<F extends Fields> = Schema.Struct<F>["Type"]

/** An endpoint that speaks JSON, as data. `R` is what its handler needs. */
export interface JsonRoute<out R> {
  readonly kind: "json"
  readonly method: Method
  readonly path: `/${string}`
  readonly input: Codec
  readonly output: Codec
  readonly handle: (input: never) => Effect.Effect<unknown, PublicError, R>
}

/** A request as it came: for callers whose signature or charset covers the bytes themselves. */
export interface RawRequest {
  readonly method: string
  /** Path and query exactly as sent (percent-encoding untouched). */
  readonly target: string
  /** Path parameters by name. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Whence it came: the caller by the word of a trusted proxy, or else who is at the other end. Unknown without a socket. */
  readonly address?: string
  readonly body: Uint8Array
}

/** What is said bit by bit, for as long as there is something to say and somebody listens; then it is interrupted. */
export type Telling = (say: (text: string) => void) => Effect.Effect<void>

/** A reply as it goes out. Without a body: none. */
export interface RawReply {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string | Telling
}

/** An endpoint that answers bytes with bytes: notifies, pages, another party's protocol. */
export interface RawRoute<out R> {
  readonly kind: "raw"
  readonly method: Method
  readonly path: `/${string}`
  readonly handle: (request: RawRequest) => Effect.Effect<RawReply, PublicError, R>
}

/** An endpoint of a plugin. */
export type Route<R> = JsonRoute<R> | RawRoute<R>

const json =
  (method: Method) =>
  <O extends Codec, E extends PublicError, R, const I extends Fields = {}>(
    path: `/${string}`,
    spec: {
      readonly input?: I
      readonly output: O
      readonly handle: (input: TypeOf<I>) => Effect.Effect<O["Type"], E, R>
    }
  ): JsonRoute<R> => ({
    kind: "json",
    method,
    path,
    input: Schema.Struct(
      Object.fromEntries(
        Object.entries(spec.input ?? {}).map(([name, field]) => [
          name,
          method === "GET" || path.includes(`:${name}`)
            ? Schema.toCodecStringTree(field)
            : Schema.toCodecJson(field)
        ])
      )
    ),
    output: spec.output,
    handle: spec.handle
  })

/**
 * Declares an endpoint of a plugin. `input` is one flat record: path parameters by name, the rest from the query (GET)
 * or the JSON body. A field that `output` does not declare never leaves.
 */
export const route = {
  get: json("GET"),
  post: json("POST"),
  put: json("PUT"),
  delete: json("DELETE"),
  /** Bytes in, bytes out; the body is bounded by the door, nothing else is touched. */
  raw: <E extends PublicError, R>(
    method: Method,
    path: `/${string}`,
    handle: (request: RawRequest) => Effect.Effect<RawReply, E, R>
  ): RawRoute<R> => ({ kind: "raw", method, path, handle })
}
