import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { listen } from "../../../core/http/listen.ts"
import { route } from "../../../core/plugin/route.ts"
import { doorWith } from "../../support/door.ts"
import { RawPeer } from "../../support/raw-peer.ts"

const head = "POST /x HTTP/1.1\r\nHost: a\r\n"
const post = (headers: string, body = "") => `${head}${headers}\r\n\r\n${body}`
const get = (line: string, host = "Host: a") => `${line}\r\n${host}\r\n\r\n`
const chunked = (body: string) => post("Transfer-Encoding: chunked", body)
const last = "0\r\n\r\n"

/** Requests that two programs in a row may read differently: where one ends, or to whom it speaks. */
const corpus: Readonly<Record<string, string>> = {
  "a length and chunks": post("Content-Length: 5\r\nTransfer-Encoding: chunked", last),
  "chunks and a length": post("Transfer-Encoding: chunked\r\nContent-Length: 5", last),
  "two lengths": post("Content-Length: 1\r\nContent-Length: 2", "ab"),
  "the same length twice": post("Content-Length: 1\r\nContent-Length: 1", "a"),
  "a list of lengths": post("Content-Length: 1, 1", "a"),
  "a length with a sign": post("Content-Length: +1", "a"),
  "a length below zero": post("Content-Length: -1", "a"),
  "a length in hexadecimal": post("Content-Length: 0x1", "a"),
  "a length in two words": post("Content-Length: 1 1", "a"),
  "an empty length": post("Content-Length: ", "a"),
  "a length beyond 64 bits": post("Content-Length: 18446744073709551617", "a"),
  "a space before the colon": post("Content-Length : 1", "a"),
  "a tab before the colon": post("Transfer-Encoding\t: chunked", last),
  "a coding that does not exist": post("Transfer-Encoding: xchunked", last),
  "chunks that are not last": post("Transfer-Encoding: chunked, identity", last),
  "no chunks after all": post("Transfer-Encoding: identity", last),
  "chunks of something coded": post("Transfer-Encoding: gzip, chunked", last),
  "two codings": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", last),
  "a vertical tab": post("Transfer-Encoding:\x0bchunked", last),
  "chunks before HTTP/1.1": post("Transfer-Encoding: chunked", last).replace("1.1", "1.0"),
  "line feeds only": post("Content-Length: 0").replaceAll("\r\n", "\n"),
  "one line feed alone": `POST /x HTTP/1.1\r\nHost: a\nContent-Length: 0\r\n\r\n`,
  "carriage returns only": post("Content-Length: 0").replaceAll("\r\n", "\r"),
  "a carriage return inside": post("X: a\rb\r\nContent-Length: 0"),
  "a folded line": post("X: a\r\n b\r\nContent-Length: 0"),
  "a folded coding": post("Transfer-Encoding:\r\n chunked", last),
  "a first line that is folded": `POST /x HTTP/1.1\r\n Host: a\r\nContent-Length: 0\r\n\r\n`,
  "a zero byte in a value": post("X: a\0b\r\nContent-Length: 0"),
  "a zero byte in a name": post("X\0: a\r\nContent-Length: 0"),
  "a header without a colon": post("X\r\nContent-Length: 0"),
  "a header without a name": post(": a\r\nContent-Length: 0"),
  "no Host": "GET /x HTTP/1.1\r\n\r\n",
  "two Hosts": get("GET /x HTTP/1.1", "Host: a\r\nHost: b"),
  "a Host with a path": get("GET /x HTTP/1.1", "Host: a/b"),
  "a Host with a user": get("GET /x HTTP/1.1", "Host: a@b"),
  "HTTP/0.9": "GET /x\r\n\r\n",
  "HTTP/1.2": get("GET /x HTTP/1.2"),
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a method in small letters": get("get /x HTTP/1.1"),
  "a target with a space": get("GET /x y HTTP/1.1"),
  "a target with a zero byte": get("GET /x\0 HTTP/1.1"),
  "a target with a backslash": get("GET /\\x HTTP/1.1"),
  "a target without a slash": get("GET x HTTP/1.1"),
  "a chunk of no size": chunked(`x\r\na\r\n${last}`),
  "a chunk with a prefix": chunked(`0x1\r\na\r\n${last}`),
  "a chunk below zero": chunked(`-1\r\na\r\n${last}`),
  "a chunk beyond 64 bits": chunked(`10000000000000001\r\na\r\n${last}`),
  "a chunk longer than it says": chunked(`1\r\nab\r\n${last}`),
  "a size ended by a line feed": chunked(`1\na\r\n${last}`),
  "a chunk ended by a line feed": chunked(`1\r\na\n${last}`),
  "a size with a space": chunked(`1 \r\na\r\n${last}`),
  "an extension with a line feed": chunked(`1;a\nb\r\na\r\n${last}`),
  "an extension with a carriage return": chunked(`1;a\rb\r\na\r\n${last}`),
  "a length in the trailer": chunked("0\r\nContent-Length: 5\r\n\r\n"),
  "the beginning of TLS": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
}

describe("the public door refuses and hangs up on", () => {
  it.live.each(Object.entries(corpus))("%s", ([, request]) =>
    Effect.gen(function* () {
      const app = doorWith([
        route.raw("GET", "/x", () => Effect.succeed({ status: 200 })),
        route.raw("POST", "/x", () => Effect.succeed({ status: 200 })),
        route.raw("GET", "/smuggled", () => Effect.succeed({ status: 200 }))
      ])
      const peer = yield* RawPeer.dial(
        yield* listen(app, { door: "public", host: "127.0.0.1", port: 0 })
      )
      peer.say(`${request}${get("GET /smuggled HTTP/1.1")}`)
      const [heard] = yield* peer.ends
      assert.match(heard, /^HTTP\/1\.1 400 /)
      assert.match(heard, /\r\nconnection: close\r\n/i)
      assert.lengthOf(heard.match(/HTTP\/1\.1/g) ?? [], 1)
    }).pipe(Effect.scoped)
  )
})
