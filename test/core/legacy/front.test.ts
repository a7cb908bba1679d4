import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Front } from "../../../core/legacy/front.ts"
import type { Limits } from "../../../core/legacy/wire/callers.ts"
import { echo, inTime, RawPeer, settled, textOf } from "../../support/raw-peer.ts"

const sample = (name: string) =>
  readFileSync(new URL(`../../fixtures/legacy/${name}`, import.meta.url))

/** A door with two paths that echo, and an old system at it. */
const doorstep = Effect.fnUntraced(function* (limits: Partial<Limits> = {}) {
  const erp = echo()
  const address = yield* Front.listen({
    host: "127.0.0.1",
    port: 0,
    limits,
    routes: [
      { method: "POST", path: "/erp/order", answer: erp.answer },
      { method: "POST", path: "/erp/api.asp", answer: erp.answer },
      { method: "GET", path: "/erp/order", answer: erp.answer }
    ]
  })
  return { peer: yield* RawPeer.dial(address), ...erp }
})

const answered = (body: string, connection = "keep-alive", version = "1.1") =>
  `HTTP/${version} 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
  `Connection: ${connection}\r\n\r\n${body}`

const post = (body: string, head = "HTTP/1.1") =>
  `POST /erp/order ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** What a raw request is answered with, byte for byte. */
const requests: ReadonlyArray<readonly [rule: string, raw: string, answer: string]> = [
  ["1.1 without Host", post("ok"), answered("ok")],
  ["1.0 without Host", post("ok", "HTTP/1.0"), answered("ok", "close", "1.0")],
  [
    "1.0 that keeps the socket",
    post("ok", "HTTP/1.0\r\nConnection: Keep-Alive"),
    answered("ok", "keep-alive", "1.0")
  ],
  ["LF only", post("ok").replaceAll("\r", ""), answered("ok")],
  [
    "a length and chunks",
    "POST /erp/order HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    answered("ok", "close")
  ],
  ["two equal lengths", post("ok", "HTTP/1.1\r\nContent-Length: 2"), answered("ok")],
  ["two other lengths", post("ok", "HTTP/1.1\r\nContent-Length: 1"), answered("ok", "close")],
  ["raw GBK in the query", post("ok").replace(" HTTP", "?n=\xd5\xc5 HTTP"), answered("ok")],
  ["raw GBK in a value", post("ok", "HTTP/1.1\r\nX-Name: \xd5\xc5"), answered("ok")],
  ["a blank before a colon", post("ok").replace("Length:", "Length :"), answered("ok")],
  ["another expectation", post("ok", "HTTP/1.1\r\nExpect: magic"), answered("ok")],
  ["a whole address", post("ok").replace(" /", " http://gw.example:3001/"), answered("ok")],
  ["a slash at the end", post("ok").replace("order", "order/"), answered("ok")],
  ["a wish to close", post("ok", "HTTP/1.1\r\nConnection: close"), answered("ok", "close")],
  ["what a GET asks", "GET /erp/order?no=WX1&x=%20 HTTP/1.1\r\n\r\n", answered("no=WX1&x=%20")],
  [
    "a path of another case",
    post("ok").replace("/erp", "/ERP"),
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: keep-alive\r\n\r\nNot Found\n"
  ],
  [
    "another method",
    post("ok").replace("POST", "PUT"),
    "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nAllow: POST, GET\r\nContent-Length: 19\r\nConnection: keep-alive\r\n\r\nMethod Not Allowed\n"
  ],
  [
    "a HEAD, without a body",
    "HEAD /erp/order HTTP/1.1\r\nConnection: close\r\n\r\n",
    "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain\r\nAllow: POST, GET\r\nContent-Length: 19\r\nConnection: close\r\n\r\n"
  ],
  [
    "half a head on a path with a dialect",
    "POST /erp/order HTTP/1.1\r\nHost",
    answered("half a message", "close")
  ],
  [
    "half a body on a path with a dialect",
    post("okay").slice(0, -1),
    answered("half a message", "close")
  ],
  ["no length that could be", post("ok").replace(": 2", ": two"), answered("malformed", "close")],
  ["too large a body", post("ok").replace(": 2", ": 9999999"), answered("too large", "close")],
  [
    "what is not HTTP",
    "\x00\x9f\x01\n",
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 12\r\nConnection: close\r\n\r\nBad Request\n"
  ],
  [
    "too large a body for nobody",
    "POST / HTTP/1.0\r\nContent-Length: 9999999\r\n\r\n",
    "HTTP/1.0 413 Payload Too Large\r\nContent-Type: text/plain\r\nContent-Length: 18\r\nConnection: close\r\n\r\nPayload Too Large\n"
  ]
]

describe("the legacy door answers", () => {
  it.effect.each(requests)("%s", ([, raw, answer]) =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      peer.say(raw)
      peer.socket.end()
      assert.deepStrictEqual(yield* inTime(peer.ends), [answer, "end"])
    })
  )

  it.effect("the form of an ASP page on a kept 1.0 socket, again and again", () =>
    Effect.gen(function* () {
      const { peer, messages } = yield* doorstep()
      const raw = sample("http-legacy-10-nohost-gbkform.raw")
      for (const _ of [1, 2, 3]) {
        peer.say(raw)
        yield* peer.hears(
          /HTTP\/1\.0 200 OK\r\n[\s\S]*Connection: keep-alive\r\n\r\nmethod=order\.push.*/
        )
      }
      assert.deepStrictEqual(messages[2], {
        carrier: "http",
        peer: "127.0.0.1",
        bytes: raw.subarray(-153),
        contentType: "application/x-www-form-urlencoded"
      })
    })
  )

  it.effect("a client that waits for a 100 before it sends its document", () =>
    Effect.gen(function* () {
      const { peer, messages } = yield* doorstep()
      const raw = sample("http-legacy-11-expect100-gb2312xml.raw")
      const body = raw.indexOf("\r\n\r\n") + 4
      peer.say(raw.subarray(0, body))
      yield* peer.hears(/^HTTP\/1\.1 100 Continue\r\n\r\n$/)
      peer.say(raw.subarray(body))
      yield* peer.hears(/^HTTP\/1\.1 200 OK\r\n[\s\S]*<\/order>$/)
      peer.say(post("next"))
      yield* peer.hears(/next$/)
      assert.deepStrictEqual(messages.map(textOf), [
        raw.toString("latin1", body, raw.length - 2),
        "next"
      ])
    })
  )

  it.effect("each of many requests in one packet for itself, in their order", () =>
    Effect.gen(function* () {
      const { peer, delivered } = yield* doorstep()
      peer.say(
        `${post("one")}\r\n${post("lost").replace("order", "elsewhere")}${post("two")}GET /erp/order?3 HTTP/1.1\r\nConnection: close\r\n\r\n${post("never")}`
      )
      const [heard, how] = yield* peer.ends
      assert.deepStrictEqual(heard.match(/one|404|two|3$|never/g), ["one", "404", "two", "3"])
      assert.strictEqual(how, "end")
      assert.deepStrictEqual(delivered, ["one", "two", "3"])
    })
  )

  it.effect("a request that comes byte by byte", () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      peer.socket.setNoDelay()
      for (const byte of post("ok")) {
        peer.say(byte)
        yield* settled
      }
      assert.strictEqual(yield* peer.hears(/[\s\S]*ok$/), answered("ok"))
    })
  )
})

describe("a 1.0 body without a length", () => {
  const raw = "POST /erp/order HTTP/1.0\r\nExpect: 100-continue\r\n\r\nok"

  it.effect("ends when its sender says no more", () =>
    Effect.gen(function* () {
      const { peer, delivered } = yield* doorstep()
      peer.say(raw)
      peer.socket.end()
      assert.deepStrictEqual(yield* inTime(peer.ends), [answered("ok", "close", "1.0"), "end"])
      assert.deepStrictEqual(delivered, ["ok"])
    })
  )

  it.effect("ends when its sender is quiet", () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      peer.say(raw)
      yield* settled
      assert.deepStrictEqual(yield* inTime(peer.ends), [answered("ok", "close", "1.0"), "end"])
      assert.isBelow(yield* Clock.currentTimeMillis, 8000)
    })
  )
})

describe("time", () => {
  it.effect("a request that goes silent half-way is refused in its dialect's words", () =>
    Effect.gen(function* () {
      const { peer, messages } = yield* doorstep()
      peer.say("POST /erp/order HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\nhalf")
      yield* peer.hears(/100 Continue\r\n\r\n/)
      assert.deepStrictEqual(yield* inTime(peer.ends), [answered("half a message", "close"), "end"])
      assert.deepStrictEqual(messages, [
        { carrier: "http", peer: "127.0.0.1", problem: "half a message" }
      ])
    })
  )

  it.effect("a request that dribbles on and on is refused as too slow", () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      const drip = Effect.andThen(
        Effect.sync(() => peer.say("X: y\r\n")),
        Effect.sleep("1 second")
      )
      peer.say("POST /nowhere HTTP/1.1\r\n")
      const [answer] = yield* inTime(Effect.raceFirst(peer.ends, Effect.forever(drip)))
      assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/)
    })
  )

  it.effect("each request on a kept socket has its time anew", () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      for (const _ of [1, 2]) {
        peer.say("POST /erp/order HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        yield* peer.hears(/100 Continue\r\n\r\n/)
        yield* settled
        yield* TestClock.adjust("10 seconds")
        peer.say("ok")
        assert.strictEqual(yield* peer.hears(/[\s\S]*ok$/), answered("ok"))
        yield* TestClock.adjust("60 seconds")
      }
    })
  )

  it.effect("a kept socket that stays idle is closed without a word", () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep()
      peer.say(`${post("ok")}\r\n`)
      yield* peer.hears(/ok$/)
      assert.deepStrictEqual(yield* inTime(peer.ends), ["", "end"])
    })
  )
})

it.effect(
  "a flood beyond the limit is refused before it has come, and heard out so that the refusal arrives",
  () =>
    Effect.gen(function* () {
      const { peer } = yield* doorstep({ bytes: 1000 })
      peer.say("POST /erp/order HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
      const chunk = Buffer.from(`c8\r\n${"x".repeat(200)}\r\n`)
      for (let i = 0; i < 2000; i++) peer.say(chunk)
      yield* peer.hears(/too large$/)
      assert.strictEqual(peer.heard, "")
    })
)
