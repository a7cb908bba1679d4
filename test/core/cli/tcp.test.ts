import { type AddressInfo, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { tcp } from "../../../core/cli/tcp.ts"

/** A peer on a port of its own; its address. */
const peer = (meet: (socket: Socket) => void) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer({ allowHalfOpen: true }, (socket) =>
        meet(socket.on("error", () => {}))
      )
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

const ask = (port: number, expect?: number) =>
  Effect.map(
    tcp({
      host: "127.0.0.1",
      port,
      bytes: Buffer.from("question"),
      timeout: "5 seconds",
      ...(expect !== undefined && { expect })
    }),
    (bytes) => Buffer.from(bytes).toString()
  )

/** Answers when the question is complete, in two pieces. */
const answering = (socket: Socket) => {
  let asked = ""
  socket.on("data", (bytes) => {
    asked += bytes
  })
  socket.on("end", () => {
    socket.write(`answer to `)
    setImmediate(() => socket.end(asked))
  })
}

describe("a question over TCP", () => {
  it.effect("takes all that comes, or as much as is expected", () =>
    Effect.gen(function* () {
      const port = yield* peer(answering)
      assert.strictEqual(yield* ask(port), "answer to question")
      assert.strictEqual(yield* ask(port, 9), "answer to")
    })
  )

  it.effect("is known not to have been sent when nobody listens", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(peer(answering))
      assert.strictEqual((yield* Effect.flip(ask(port)))._tag, "NotSent")
    })
  )

  it.effect("is of unknown outcome when the peer leaves too early", () =>
    Effect.gen(function* () {
      const port = yield* peer((socket) => socket.end("half"))
      const { _tag, reason } = yield* Effect.flip(ask(port, 9))
      assert.deepEqual([_tag, reason], ["NoAnswer", "4 bytes came, 9 were expected"])
    })
  )
})
