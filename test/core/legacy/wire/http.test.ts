import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { HttpCutter } from "../../../../core/legacy/wire/http.ts"
import { cut, MiB, tells, told } from "../../../support/http-cutting.ts"

const sample = (name: string) =>
  readFileSync(new URL(`../../../fixtures/legacy/${name}`, import.meta.url))

/** Requests that Node's own parser takes, and those it refuses. */
const lenient: ReadonlyArray<readonly [rule: string, raw: string, told: ReadonlyArray<string>]> = [
  [
    "1.1 without Host is a request",
    "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok",
    ["POST /a 1.1 keep [ok]"]
  ],
  [
    "1.0 without Host is a request, and the last",
    "POST /a HTTP/1.0\r\nContent-Length: 2\r\n\r\nok",
    ["POST /a 1.0 close [ok]"]
  ],
  [
    "1.0 may ask to keep the socket",
    "POST /a HTTP/1.0\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
    ["POST /a 1.0 keep [ok]"]
  ],
  [
    "lines may end in LF only",
    "POST /a HTTP/1.1\nContent-Length: 2\n\nok",
    ["POST /a 1.1 keep [ok]"]
  ],
  [
    "chunks win over a length, and nothing after them is believed",
    "POST /a HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    ["POST /a 1.1 close [ok]"]
  ],
  [
    "the same length twice is one length",
    "POST /a HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    ["POST /a 1.1 keep [ok]"]
  ],
  [
    "of two lengths the larger wins, so that no message is cut short",
    "POST /a HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 4\r\n\r\nokok",
    ["POST /a 1.1 close [okok]"]
  ],
  [
    "raw GBK in a path is kept as it came",
    "GET /\xd5\xc5\xd0\xa1 \xc3\xf7?a=\xd5\xc5 HTTP/1.1\r\n\r\n",
    ["GET /\xd5\xc5\xd0\xa1 \xc3\xf7?a=\xd5\xc5 1.1 keep []"]
  ],
  [
    "a name may be followed by blanks",
    "POST /a HTTP/1.1\r\nContent-Length \t: 2\r\n\r\nok",
    ["POST /a 1.1 keep [ok]"]
  ],
  [
    "a line break after a body, and one before a request, are nothing",
    "\r\nPOST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nok\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
    ["POST /a 1.1 keep [ok]", "GET /b 1.1 keep []"]
  ],
  [
    "a target may be a whole address",
    "GET http://gw.example/a HTTP/1.1\r\n\r\n",
    ["GET http://gw.example/a 1.1 keep []"]
  ],
  [
    "chunks may have extensions, and trailers after them",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2;a=b\r\nok\r\n0003 \r\n12\n\r\n0\r\nSum: 1\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
    ["POST /a 1.1 keep [ok12\n]", "GET /b 1.1 keep []"]
  ],
  [
    "1.1 without a length has no body",
    "POST /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n",
    ["POST /a 1.1 keep []", "GET /b 1.1 close []"]
  ],
  [
    "a body that is held back is waved through",
    "POST /a HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n",
    ["hesitation"]
  ],
  [
    "any other expectation is not met, and nothing is made of it",
    "POST /a HTTP/1.1\r\nExpect: cookies\r\nContent-Length: 2\r\n\r\nok",
    ["POST /a 1.1 keep [ok]"]
  ]
]

const refused: ReadonlyArray<readonly [rule: string, raw: string, told: string]> = [
  ["what is no request line", "\x16\x03\x01\x02\n", "broken: malformed at no line"],
  ["a version it cannot speak", "PRI * HTTP/2.0\r\n\r\n", "broken: malformed at no line"],
  ["a header without a name", "GET /a HTTP/1.1\r\n: x\r\n\r\n", "broken: malformed at /a"],
  ["a header without a colon", "GET /a HTTP/1.1\r\nhello\r\n\r\n", "broken: malformed at /a"],
  ["a fold of nothing", "GET /a HTTP/1.1\r\n x\r\n\r\n", "broken: malformed at /a"],
  ["a zero byte in the head", "GET /a HTTP/1.1\r\na: \0\r\n\r\n", "broken: malformed at /a"],
  [
    "a length that is no number",
    "POST /a HTTP/1.1\r\nContent-Length: +2\r\n\r\n",
    "broken: malformed at /a"
  ],
  [
    "a coding it cannot undo",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "broken: malformed at /a"
  ],
  [
    "a chunk whose size is no number",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n",
    "broken: malformed at /a"
  ],
  [
    "a chunk longer than its size",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n",
    "broken: malformed at /a"
  ],
  ["a head of more than 16 KiB", `GET /${"a".repeat(17_000)}`, "broken: too large at no line"],
  [
    "a header line without an end",
    `GET /a HTTP/1.1\r\na: ${"a".repeat(17_000)}`,
    "broken: too large at /a"
  ],
  [
    "more than a hundred headers",
    `GET /a HTTP/1.1\r\n${"a: b\r\n".repeat(101)}`,
    "broken: too large at /a"
  ],
  [
    "a body said to be larger than the limit, before it comes",
    `POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: ${MiB + 1}\r\n\r\n`,
    "broken: too large at /a"
  ],
  [
    "a chunk that goes beyond the limit, before it comes",
    "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nfffffffffffff\r\n",
    "broken: too large at /a"
  ],
  [
    "an endless chunk size",
    `POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${"0".repeat(2000)}`,
    "broken: malformed at /a"
  ],
  [
    "a body without a length that goes beyond the limit",
    `POST /a HTTP/1.0\r\n\r\n${"a".repeat(MiB + 1)}`,
    "broken: too large at /a"
  ]
]

describe("requests of old clients", () => {
  it.each(lenient)("%s", (_, raw, expected) => {
    assert.deepStrictEqual(tells(cut(raw)), expected)
    assert.deepStrictEqual(tells(cut(...raw)), expected, "byte by byte")
  })

  it.each(refused)("%s is refused, and nothing more is read", (_, raw, expected) => {
    assert.deepStrictEqual(tells(cut(raw, "GET /b HTTP/1.1\r\n\r\n")), [expected])
  })

  it("a form of an ASP page over 1.0 comes out byte for byte", () => {
    const raw = sample("http-legacy-10-nohost-gbkform.raw")
    const [request] = cut(raw)
    assert.isTrue(request?.is === "request" && request.keep)
    assert.isTrue(request?.is === "request" && raw.subarray(-153).equals(request.body))
  })

  it("a client that asks before it sends its GB 2312 document is told to go on", () => {
    const raw = sample("http-legacy-11-expect100-gb2312xml.raw")
    const body = raw.indexOf("\r\n\r\n") + 4
    const messages = cut(raw.subarray(0, body), raw.subarray(body))
    assert.deepStrictEqual(
      messages.map(({ is }) => is),
      ["hesitation", "request"]
    )
    // The sample ends in a line break that its length does not count.
    const request = messages[1]
    assert.isTrue(request?.is === "request" && raw.subarray(body, -2).equals(request.body))
  })

  it("header values keep their bytes, also those that look like blanks; folds and repetitions are joined", () => {
    const [request] = cut(
      "GET /a HTTP/1.1\r\nX-Name:\t\xcf\xa0 \r\nX-Fold: a\r\n\tb\r\n \r\nVia: a\r\nVIA: b\r\n\r\n"
    )
    assert.deepStrictEqual(request?.is === "request" ? Object.fromEntries(request.headers) : {}, {
      "x-name": "\xcf\xa0",
      "x-fold": "a b",
      via: "a, b"
    })
  })
})

describe("when no more comes", () => {
  const stopped = (raw: string, why: "ended" | "silent" | "slow") => {
    const cutter = new HttpCutter(MiB)
    cutter.push(Buffer.from(raw, "latin1"))
    assert.isUndefined(cutter.next())
    const last = cutter.stop(why)
    assert.isUndefined(cutter.stop(why))
    return last && told(last)
  }

  it("a 1.0 body without a length is whole, unless its peer only is slow", () => {
    const raw = "POST /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\nok"
    assert.strictEqual(stopped(raw, "ended"), "POST /a 1.0 close [ok]")
    assert.strictEqual(stopped(raw, "silent"), "POST /a 1.0 close [ok]")
    assert.strictEqual(stopped(raw, "slow"), "broken: too slow at /a")
  })

  it("any other is half a message", () => {
    const length = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nok"
    const chunks = "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
    for (const raw of [length, chunks, "POST /a HTTP/1.1\r\nHos"]) {
      assert.strictEqual(stopped(raw, "ended"), "broken: half a message at /a")
      assert.strictEqual(stopped(raw, "silent"), "broken: half a message at /a")
      assert.strictEqual(stopped(raw, "slow"), "broken: too slow at /a")
    }
    assert.strictEqual(stopped("POST /a", "ended"), "broken: half a message at no line")
  })

  it("line breaks alone are no message", () => {
    assert.isUndefined(stopped("\r\n\n\r\n", "silent"))
  })
})
