import type { Unframed } from "../message.ts"

export type Problem = Unframed["problem"]

/** Why nothing more is waited for: the peer said it has no more, says nothing, or takes too long. */
export type Stop = "ended" | "silent" | "slow"

/** What a cutter makes of the bytes: a message, or why there is none. Nothing can be cut after a problem. */
export interface Cut {
  readonly problem?: Problem
}

/** Cuts the bytes of one socket into messages. It knows no sockets and no time. */
export interface Cutter<M extends Cut> {
  push(bytes: Uint8Array): void
  /** The next message, or nothing as long as more is needed. */
  next(): M | undefined
  /** What the bytes are worth if no more come; nothing if no message has begun. */
  stop(why: Stop): M | undefined
  /** Bytes that wait to be cut. */
  readonly waiting: number
  readonly begun: boolean
  /** What has come may be the whole message: nothing in it says where it ends. */
  readonly open: boolean
}
