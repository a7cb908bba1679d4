import { Effect, Metric } from "effect"
import type { Caller, Owner } from "./callers.ts"
import type { Cut, Cutter, Problem } from "./cutter.ts"

/** What is said in answer to one message. */
export interface Turn {
  readonly bytes: Uint8Array
  /** Whether the socket may be used for another message. */
  readonly keep: boolean
  readonly delivered?: Effect.Effect<void>
}

/** What is spoken on a listener: how messages are cut, and how each is answered, also one that is not whole. */
export interface Protocol<M extends Cut> {
  readonly cutter: () => Cutter<M>
  readonly answer: (message: M, peer: string) => Effect.Effect<Turn>
}

/** Bytes that may wait behind a running answer before the peer is slowed down. */
const ahead = 64 * 1024
const nothing = Buffer.alloc(0)
/** By then the reset that our bytes provoke has come back. */
const moment = "100 millis"

const problems = Metric.counter("weir_legacy_broken_messages_total", {
  description: "Messages of old systems that were not whole",
  incremental: true
})
const broken: Record<Problem, Metric.Counter<number>> = {
  "too large": Metric.withAttributes(problems, { problem: "too large" }),
  "too slow": Metric.withAttributes(problems, { problem: "too slow" }),
  "half a message": Metric.withAttributes(problems, { problem: "half a message" }),
  malformed: Metric.withAttributes(problems, { problem: "malformed" })
}

/** Messages in, answers out, one at a time and in order. */
export class Conversation<M extends Cut> implements Owner {
  readonly #caller: Caller
  readonly #protocol: Protocol<M>
  readonly #cutter: Cutter<M>
  #state: "listening" | "answering" | "leaving" = "listening"
  #ended = false
  #retiring = false
  /** When the message that has begun must be whole, and when its sender has said nothing for long. */
  #whole: number | undefined
  #silent = 0

  constructor(caller: Caller, protocol: Protocol<M>) {
    this.#caller = caller
    this.#protocol = protocol
    this.#cutter = protocol.cutter()
  }

  data(bytes: Buffer): void {
    if (this.#state === "leaving") return
    this.#cutter.push(bytes)
    if (this.#state === "listening") this.#listen()
    else if (this.#cutter.waiting > ahead) this.#caller.socket.pause()
  }

  ended(): void {
    this.#ended = true
    if (this.#state === "listening") this.#listen()
  }

  overdue(): void {
    if (this.#state !== "listening") {
      this.#caller.socket.destroy()
      return
    }
    this.#answerOrLeave(this.#cutter.stop(this.#caller.now >= this.#silent ? "silent" : "slow"))
  }

  retire(): void {
    this.#retiring = true
    if (this.#state === "listening") this.#caller.socket.destroy()
  }

  closed(): void {
    this.#state = "leaving"
  }

  #listen(): void {
    const message = this.#cutter.next()
    if (message !== undefined) this.#answer(message)
    else if (this.#ended) this.#answerOrLeave(this.#cutter.stop("ended"))
    else if (this.#cutter.begun) this.#await()
  }

  #await(): void {
    this.#whole ??= this.#caller.after("message")
    this.#silent = this.#caller.after("quiet")
    this.#caller.due = this.#cutter.open ? Math.min(this.#whole, this.#silent) : this.#whole
  }

  #answerOrLeave(message: M | undefined): void {
    if (message === undefined) this.#leave()
    else this.#answer(message)
  }

  #answer(message: M): void {
    this.#state = "answering"
    this.#whole = undefined
    this.#caller.due = Infinity
    this.#caller.run(
      Effect.matchCause(Conversation.#turn(this, message), {
        onSuccess: (keep) => (keep && !this.#retiring ? this.#again() : this.#leave()),
        onFailure: () => this.#caller.socket.destroy()
      })
    )
  }

  /** Says whether the socket may be used for another message. */
  static readonly #turn = Effect.fnUntraced(
    function* <M extends Cut>(self: Conversation<M>, message: M) {
      if (message.problem !== undefined) yield* Metric.update(broken[message.problem], 1)
      const turn = yield* self.#protocol.answer(message, self.#caller.peer)
      if (!(yield* write(self.#caller, turn.bytes))) return false
      if (turn.delivered !== undefined) {
        if (self.#ended && !(yield* stillThere(self.#caller))) return false
        yield* turn.delivered
      }
      return turn.keep && message.problem === undefined
    },
    Effect.tapCause((cause) => Effect.logError("A message of an old system got no answer", cause))
  )

  #again(): void {
    this.#state = "listening"
    this.#caller.due = this.#caller.after("idle")
    this.#caller.socket.resume()
    this.#listen()
  }

  /** Hears the peer out for a while: closing on bytes that were not read would reset the answer away. */
  #leave(): void {
    this.#state = "leaving"
    this.#caller.due = this.#caller.after("quiet")
    this.#caller.socket.resume().end()
  }
}

/** Says whether the bytes have left without an error. */
const write = (caller: Caller, bytes: Uint8Array): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const { socket } = caller
    if (!socket.writable) return resume(Effect.succeed(false))
    caller.due = caller.after("message")
    socket.write(bytes, (error) => {
      caller.due = Infinity
      resume(Effect.succeed(!error && !socket.destroyed))
    })
  })

/**
 * Says whether a peer that had no more to say has listened. One that is gone resets what we wrote; nothing reads that after
 * its end, but the next write fails, even one of no bytes.
 */
const stillThere = (caller: Caller): Effect.Effect<boolean> =>
  Effect.andThen(Effect.sleep(moment), write(caller, nothing))
