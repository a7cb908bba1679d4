import type { Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { Transport } from "../../../core/transport.ts"
import { BODY, certificate, serve, serveTls } from "../transport-server.ts"

const post = (port: number, secure = false) =>
  Transport.use((transport) =>
    transport.exchange({
      method: "POST",
      url: `${secure ? "https" : "http"}://127.0.0.1:${port}/erp`,
      headers: { "content-type": "text/plain" },
      body: Buffer.from(BODY),
      timeout: "10 seconds",
      maxBytes: 1000,
      lenient: true
    })
  )

const test = (rule: string, body: () => Effect.Effect<void, unknown, Transport | Scope.Scope>) =>
  it.live(rule, () => Effect.suspend(body).pipe(Effect.provide(Transport.layer)))

/** What an old server writes, and whether it then hangs up. */
const says = (text: string, then: "closes" | "stays" = "stays") =>
  serve((socket: Socket) => {
    socket.write(Buffer.from(text, "latin1"))
    if (then === "closes") socket.end()
  })

const read: ReadonlyArray<readonly [rule: string, answer: string, then?: "closes"]> = [
  ["HTTP/1.0 that ends with its line", "HTTP/1.0 200 OK\r\n\r\nfine", "closes"],
  ["a status without a reason", "HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nfine"],
  ["a reason in GBK", "HTTP/1.1 200 \xb3\xc9\xb9\xa6\r\nContent-Length: 4\r\n\r\nfine"],
  [
    "a length beside chunks: chunks count",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n"
  ],
  ["lines that end in LF", "HTTP/1.1 200 OK\nContent-Length: 4\n\nfine"],
  [
    "two lengths that agree",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nfine"
  ],
  [
    "two lengths that differ: the larger counts",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nfine"
  ],
  ["a length that is too short", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nfine"],
  ["a blank before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\nfine"],
  ["a folded header", "HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 4\r\n\r\nfine"],
  [
    "100 Continue before the answer",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
  ],
  ["a line break behind the body", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine\r\n"]
]

describe("answers of old servers", () => {
  for (const [rule, answer, then] of read)
    test(`${rule}: is read`, () =>
      Effect.gen(function* () {
        const heard = yield* post(yield* says(answer, then))
        assert.deepStrictEqual(
          [heard.status, Buffer.from(heard.body).toString(), heard.cut],
          [200, "fine", undefined]
        )
      }))

  test("a length that is too long, and the line ends: what came is there, and said to be cut", () =>
    Effect.gen(function* () {
      const port = yield* says("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfine", "closes")
      const heard = yield* post(port)
      assert.deepStrictEqual([Buffer.from(heard.body).toString(), heard.cut], ["fine", true])
    }))

  const lost: ReadonlyArray<readonly [rule: string, answer: string, reason: RegExp]> = [
    ["nothing at all", "", /closed without an answer/],
    ["half a head", "HTTP/1.1 200 OK\r\nContent-", /closed without an answer/],
    [
      "half of its chunks",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nfine",
      /half an answer/
    ],
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n", /not HTTP/],
    [
      "a body in a coding nobody knows",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: rot13\r\n\r\nfine",
      /nobody can tell/
    ],
    ["more than is wanted", `HTTP/1.0 200 OK\r\n\r\n${"x".repeat(20_000)}`, /more than 1000 bytes/],
    ["a length beyond the bound", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", /1000 bytes/],
    ["a head without an end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}`, /16 KiB/]
  ]
  for (const [rule, answer, reason] of lost)
    test(`${rule}: is no answer, and the outcome unknown`, () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(post(yield* says(answer, "closes")))
        assert.strictEqual(failure._tag, "NoAnswer")
        assert.match(failure.reason, reason)
      }))
})

describe("lines", () => {
  test("are used again as long as nobody doubts where an answer ended", () =>
    Effect.gen(function* () {
      const sockets = new Set<Socket>()
      const answers = ["Content-Length: 2\r\n\r\nok", "Content-Length: 1\r\n\r\nok"]
      const port = yield* serve((socket) => {
        sockets.add(socket)
        socket.write(`HTTP/1.1 200 OK\r\n${answers.shift() ?? "Content-Length: 2\r\n\r\nok"}`)
      })
      yield* post(port)
      yield* post(port)
      assert.strictEqual(sockets.size, 1)
      yield* post(port)
      assert.strictEqual(sockets.size, 2)
    }))

  test("that were closed meanwhile are not used", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        socket.end()
      })
      yield* post(port)
      yield* Effect.sleep("30 millis")
      assert.strictEqual((yield* post(port)).status, 200)
    }))

  test("to a certificate that nobody vouches for are not opened", () =>
    Effect.gen(function* () {
      const port = yield* serveTls(yield* certificate, (socket) => socket.end())
      assert.strictEqual((yield* Effect.flip(post(port, true)))._tag, "NotSent")
    }))

  test("that cannot be opened have sent nothing", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(post(1)))._tag, "NotSent")
    }))
})
