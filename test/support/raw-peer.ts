import { type AddressInfo, connect, type Socket } from "node:net"
import { Deferred, Effect, Metric, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { listenTcp } from "../../core/legacy/carriers/tcp.ts"
import type { Answerer, Framed, Unframed } from "../../core/legacy/message.ts"
import type { Limits } from "../../core/legacy/wire/callers.ts"

/** An old system as its socket sees it: raw bytes, nothing in between. */
export class RawPeer {
  /** Dies if nobody listens. */
  static readonly dial = (
    to: AddressInfo,
    from?: string
  ): Effect.Effect<RawPeer, never, Scope.Scope> =>
    Effect.acquireRelease(
      Effect.callback<RawPeer>((resume) => {
        const here = from === undefined ? {} : { localAddress: from }
        const socket = connect({ ...here, host: to.address, port: to.port, allowHalfOpen: true })
        const peer = new RawPeer(socket)
        socket.on("connect", () => resume(Effect.succeed(peer)))
        socket.on("error", (error) => resume(Effect.die(error)))
      }),
      ({ socket }) => Effect.sync(() => socket.destroy())
    )

  readonly socket: Socket
  /** All that came so far, as latin1. */
  heard = ""
  /** No more will come: "end" or "reset". */
  over: "end" | "reset" | undefined
  #changed = Promise.withResolvers<void>()

  constructor(socket: Socket) {
    this.socket = socket
    socket.on("data", (bytes) => this.#note(bytes.toString("latin1")))
    socket.on("end", () => this.#note("", "end"))
    socket.on("error", () => this.#note("", "reset"))
  }

  say(bytes: string | Uint8Array): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes)
  }

  /** Waits until this much has come, and takes it. */
  hears(pattern: RegExp): Effect.Effect<string> {
    return this.#until(() => {
      const found = pattern.exec(this.heard)
      if (found === null) return undefined
      this.heard = this.heard.slice(found.index + found[0].length)
      return found[0]
    })
  }

  /** Waits for the end, and tells all that had come and how it ended. */
  get ends(): Effect.Effect<readonly [heard: string, how: "end" | "reset"]> {
    return this.#until(() => (this.over === undefined ? undefined : [this.heard, this.over]))
  }

  #note(text: string, over?: "end" | "reset"): void {
    this.heard += text
    this.over ??= over
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #until<A>(look: () => A | undefined): Effect.Effect<A> {
    return Effect.suspend(() => {
      const found = look()
      if (found !== undefined) return Effect.succeed(found)
      return Effect.andThen(
        Effect.promise(() => this.#changed.promise),
        this.#until(look)
      )
    })
  }
}

/** Everything that can happen at once on this machine has happened: sockets are read, written and closed. */
export const settled: Effect.Effect<void> = Effect.callback<void>((resume) => {
  const turn = (left: number): void => {
    if (left === 0) resume(Effect.void)
    else setImmediate(() => turn(left - 1))
  }
  turn(20)
})

/** Lets virtual seconds pass, with all that they cause, until this has come about. */
export const inTime = <A>(event: Effect.Effect<A>): Effect.Effect<A> =>
  Effect.raceFirst(event, Effect.forever(Effect.andThen(settled, TestClock.adjust("1 second"))))

/** Answers each message with its own bytes, a problem with its name, and keeps a record of all. */
export const echo = (gate: Effect.Effect<void> = Effect.void) => {
  const messages: Array<Framed | Unframed> = []
  const delivered: Array<string> = []
  const began = Deferred.makeUnsafe<void>()
  const answer: Answerer = (message) =>
    Effect.suspend(() => {
      messages.push(message)
      const text = textOf(message)
      Deferred.doneUnsafe(began, Effect.void)
      return Effect.as(gate, {
        bytes: Buffer.from(text, "latin1"),
        contentType: "text/plain",
        delivered: Effect.sync(() => void delivered.push(text))
      })
    })
  return { answer, messages, delivered, began: Deferred.await(began) }
}

export const textOf = (message: Framed | Unframed): string =>
  "bytes" in message ? Buffer.from(message.bytes).toString("latin1") : message.problem

/** A TCP port whose messages say their length in two bytes, and that echoes them. */
export const echoing = Effect.fnUntraced(function* (
  where: { host?: string; allow?: ReadonlyArray<string>; limits?: Partial<Limits> } = {},
  gate?: Effect.Effect<void>
) {
  const till = echo(gate)
  const framing = { kind: "length-2" } as const
  const address = yield* listenTcp({
    host: "127.0.0.1",
    port: 0,
    framing,
    answer: till.answer,
    ...where
  })
  return { address, ...till }
})

export const hello = "\0\x05hello"

/** What has been counted of old systems' sockets and messages. */
export const counted = (what: string, problem?: string) =>
  Effect.map(Metric.snapshot, (metrics) => {
    const metric = metrics.find(
      ({ id, attributes }) => id === `weir_legacy_${what}_total` && attributes?.problem === problem
    )
    return metric?.type === "Counter" ? metric.state.count : 0
  })
