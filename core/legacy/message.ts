import type { Effect } from "effect"

/** A whole message of an old system, as its carrier cut it from the wire. */
export interface Framed {
  readonly carrier: "http" | "tcp"
  readonly peer: string
  readonly bytes: Uint8Array
  readonly contentType?: string
}

/** Why there is no whole message. The dialect says so in its own words. */
export interface Unframed {
  readonly carrier: "http" | "tcp"
  readonly peer: string
  readonly problem: "too large" | "half a message" | "malformed" | "too slow"
}

/** What goes back, in the caller's own bytes. */
export interface Reply {
  readonly bytes: Uint8Array
  readonly contentType?: string
  /** Run by the carrier once the bytes have left without an error. */
  readonly delivered: Effect.Effect<void>
}

/** Answers every message, also one that is not whole; it never fails and keeps to the caller's patience. */
export type Answerer = (message: Framed | Unframed) => Effect.Effect<Reply>
