import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { HttpCutter } from "../../../../core/legacy/wire/http.ts"
import { cut, drained, tells } from "../../../support/http-cutting.ts"

describe("a stream of requests", () => {
  const text = (max: number) =>
    fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      maxLength: max
    })
  const word = fc.stringMatching(/^[a-z\xa1-\xfe]{1,8}$/)
  const framed = fc.oneof(
    text(300).map((body) => `Content-Length: ${body.length}\r\n\r\n${body}`),
    fc
      .array(text(40).filter((chunk) => chunk !== ""))
      .map((chunks) =>
        chunks.map((chunk) => `${chunk.length.toString(16)};x\r\n${chunk}\r\n`).join("")
      )
      .map((chunks) => `Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\nT: 1\r\n\r\n`)
  )
  const request = fc
    .tuple(fc.constantFrom("POST", "PUT"), word, word, fc.constantFrom("", "\r\n", "\n"), framed)
    .map(
      ([method, path, value, blank, rest]) =>
        `${blank}${method} /${path} HTTP/1.1\r\nX : ${value}\r\n${rest}`
    )

  it("is cut alike however the bytes arrive", () => {
    fc.assert(
      fc.property(
        fc.array(request, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat()),
        (requests, marks) => {
          const bytes = Buffer.from(requests.join(""), "latin1")
          const ends = [...marks.map((mark) => mark % bytes.length), bytes.length].sort(
            (a, b) => a - b
          )
          const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
          const whole = tells(cut(bytes))
          assert.strictEqual(whole.length, requests.length)
          assert.deepStrictEqual(tells(cut(...pieces)), whole)
        }
      ),
      { numRuns: 500 }
    )
  })

  it("never throws and never waits for more than its bounds, whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text(60), request, fc.constantFrom("\r\n", "\n", ": "))),
        (pieces) => {
          const cutter = new HttpCutter(1000)
          for (const piece of pieces) {
            cutter.push(Buffer.from(piece, "latin1"))
            for (const message of drained(cutter)) if (message.problem) return
            assert.isBelow(cutter.waiting, 16 * 1024 + 1000)
          }
        }
      ),
      { numRuns: 500 }
    )
  })
})
