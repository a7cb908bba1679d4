import type { Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, type Scope } from "effect"
import { TestClock } from "effect/testing"
import { type Outgoing, Transport } from "../../core/transport.ts"
import { BODY, certificate, serve, serveBytes, serveTls } from "./transport-server.ts"

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const post = (port: number, more: Partial<Outgoing> = {}): Outgoing => ({
  method: "POST",
  url: `http://127.0.0.1:${port}/pay`,
  headers: { "content-type": "text/plain" },
  body: Buffer.from(BODY),
  timeout: "10 seconds",
  ...more
})

const exchange = (request: Outgoing) => Transport.use((transport) => transport.exchange(request))

const signal = () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { reached: Effect.promise(() => promise), reach: resolve }
}

const test = (rule: string, body: () => Effect.Effect<void, unknown, Transport | Scope.Scope>) =>
  it.effect(rule, () => Effect.suspend(body).pipe(Effect.provide(Transport.layer)))

describe("what leaves and what comes back", () => {
  test("target, headers and body leave exactly as written", () =>
    Effect.gen(function* () {
      let seen = ""
      const port = yield* serve((socket, request) => {
        seen = request
        socket.write(ok("fine"))
      })

      const url = `http://127.0.0.1:${port}/a'b/../%7c|?x=%20y'&z=[1]`
      const answer = yield* exchange(post(port, { url }))

      assert.match(seen, /^POST \/a'b\/\.\.\/%7c\|\?x=%20y'&z=\[1\] HTTP\/1\.1\r\n/)
      assert.match(seen, /\r\nContent-Length: 8\r\n/i)
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(answer.headers, { "content-length": "4" })
      assert.strictEqual(Buffer.from(answer.body).toString(), "fine")
    }))

  test("any status is an answer, and a redirect is not followed", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) =>
        socket.write("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
      )
      const answer = yield* exchange(post(port))
      assert.strictEqual(answer.status, 302)
      assert.strictEqual(answer.headers.location, "/elsewhere")
    }))

  test("a compressed body stays compressed, so that its size is bounded", () =>
    Effect.gen(function* () {
      const zipped = gzipSync("x".repeat(100_000))
      const port = yield* serve((socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${zipped.length}\r\n\r\n`
        )
        socket.write(zipped)
      })
      const answer = yield* exchange(post(port, { maxBytes: 1_000 }))
      assert.deepStrictEqual(Buffer.from(answer.body), zipped)
    }))

  test("cookies keep apart", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) =>
        socket.write("HTTP/1.1 204 No Content\r\nSet-Cookie: a=1, x\r\nSet-Cookie: b=2\r\n\r\n")
      )
      const answer = yield* exchange(post(port))
      assert.strictEqual(answer.headers["set-cookie"], "a=1, x\nb=2")
    }))

  test("a line is used again", () =>
    Effect.gen(function* () {
      const lines = new Set<Socket>()
      const port = yield* serve((socket) => {
        lines.add(socket)
        socket.write(ok("fine"))
      })
      yield* exchange(post(port))
      yield* exchange(post(port))
      assert.strictEqual(lines.size, 1)
    }))
})

describe("nothing left, so nothing happened", () => {
  const notSent = (request: Outgoing) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(exchange(request))
      assert.strictEqual(error._tag, "NotSent")
      return error.reason
    })

  test("a refused connection", () =>
    Effect.gen(function* () {
      const port = yield* Effect.scoped(serve(() => {}))
      assert.strictEqual(yield* notSent(post(port)), "ECONNREFUSED")
    }))

  test("a name nobody has", () =>
    Effect.asVoid(notSent(post(0, { url: "http://nowhere.invalid/pay" }))))

  test("an address, protocol or header that cannot be written", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* notSent(post(0, { url: "nowhere" })), "ERR_INVALID_URL")
      assert.strictEqual(yield* notSent(post(0, { url: "ftp://a/b" })), "ERR_INVALID_PROTOCOL")
      const headers = { note: "a\r\nInjected: b" }
      assert.strictEqual(yield* notSent(post(0, { headers })), "ERR_INVALID_CHAR")
    }))

  test("a peer that does not speak TLS", () =>
    Effect.gen(function* () {
      const port = yield* serveBytes((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))
      yield* notSent(post(port, { url: `https://127.0.0.1:${port}/pay` }))
    }))

  test("a peer whose certificate nobody vouches for never sees the request", () =>
    Effect.gen(function* () {
      const port = yield* serveTls(yield* certificate, () => assert.fail("it was seen"))
      const reason = yield* notSent(post(port, { url: `https://localhost:${port}/pay` }))
      assert.strictEqual(reason, "DEPTH_ZERO_SELF_SIGNED_CERT")
    }))

  for (const [limit, timeout, seconds] of [
    ["the limit for connecting", "10 seconds", 4],
    ["the limit for everything, when it is shorter", "1 second", 1]
  ] as const) {
    test(`a line that does not open within ${limit}`, () =>
      Effect.gen(function* () {
        const hello = signal()
        const closed = signal()
        const port = yield* serveBytes((socket) => {
          socket.once("close", closed.reach)
          hello.reach()
        })
        const url = `https://127.0.0.1:${port}/pay`
        const fiber = yield* Effect.forkChild(notSent(post(port, { url, timeout })))
        yield* hello.reached
        yield* TestClock.adjust(`${seconds} seconds`)
        assert.strictEqual(yield* Fiber.join(fiber), "no connection in time")
        yield* closed.reached
      }))
  }
})

describe("it may have happened", () => {
  const noAnswer = (request: Outgoing) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(exchange(request))
      assert.strictEqual(error._tag, "NoAnswer")
      return error.reason
    })

  test("a reset after the request was processed", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) => socket.resetAndDestroy())
      assert.strictEqual(yield* noAnswer(post(port)), "ECONNRESET")
    }))

  test("a line closed without a word", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) => socket.end())
      yield* noAnswer(post(port))
    }))

  test("a reset on a line that was used before", () =>
    Effect.gen(function* () {
      let answered = 0
      const port = yield* serve((socket) => {
        if (answered++ === 0) socket.write(ok("fine"))
        else socket.resetAndDestroy()
      })
      yield* exchange(post(port))
      assert.strictEqual(yield* noAnswer(post(port)), "ECONNRESET")
      assert.strictEqual(answered, 2)
    }))

  test("half an answer", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) =>
        socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
      )
      assert.match(yield* noAnswer(post(port)), /^half an answer/)
    }))

  test("half a header", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) => socket.end("HTTP/1.1 200 OK\r\nConte"))
      yield* noAnswer(post(port))
    }))

  test("an answer that is not HTTP", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) => socket.write("220 mail ready\r\n"))
      assert.strictEqual(yield* noAnswer(post(port)), "HPE_INVALID_CONSTANT")
    }))

  test("headers without end", () =>
    Effect.gen(function* () {
      const port = yield* serve((socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`)
      )
      assert.strictEqual(yield* noAnswer(post(port)), "HPE_HEADER_OVERFLOW")
    }))

  for (const [what, maxBytes] of [
    ["said", 10],
    ["usual", undefined]
  ] as const) {
    test(`an answer heavier than ${what}; the line is dropped`, () =>
      Effect.gen(function* () {
        const closed = signal()
        const port = yield* serve((socket) => {
          socket.once("close", closed.reach)
          socket.write("HTTP/1.1 200 OK\r\n\r\n")
          socket.write(Buffer.alloc((maxBytes ?? 4 * 1024 * 1024) + 1))
        })
        const request = post(port, maxBytes === undefined ? {} : { maxBytes })
        assert.match(yield* noAnswer(request), /^an answer of more than/)
        yield* closed.reached
      }))
  }

  for (const [what, words] of [
    ["no answer", ""],
    ["an answer that trickles", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow"]
  ] as const) {
    test(`${what} in time; the line is dropped`, () =>
      Effect.gen(function* () {
        const reached = signal()
        const closed = signal()
        const port = yield* serve((socket) => {
          socket.once("close", closed.reach)
          socket.write(words)
          reached.reach()
        })
        const fiber = yield* Effect.forkChild(noAnswer(post(port)))
        yield* reached.reached
        yield* TestClock.adjust("9 seconds")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* Fiber.join(fiber), "no whole answer in time")
        yield* closed.reached
      }))
  }

  test("interruption drops the line", () =>
    Effect.gen(function* () {
      const reached = signal()
      const closed = signal()
      const port = yield* serve((socket) => {
        socket.once("close", closed.reach)
        reached.reach()
      })
      const fiber = yield* Effect.forkChild(exchange(post(port)))
      yield* reached.reached
      yield* Fiber.interrupt(fiber)
      yield* closed.reached
    }))
})
