import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { FenFromNumeral, json, type Numeral } from "../../../../core/legacy/codec/json.ts"
import { unreadable } from "./bytes.ts"

const codec = json()
const decode = Schema.decodeSync(codec)
const encode = Schema.encodeSync(codec)

describe("JSON of old systems", () => {
  it("keeps what a float would change as it was written, both ways", () => {
    const text = '{"a":64.10,"b":12345678901234567890,"c":-0.5,"d":7,"e":[1e3,null,true,"10"]}'
    const read = decode(text) as { readonly a: Numeral; readonly b: Numeral; readonly d: number }
    assert.deepStrictEqual([read.a.text, read.b.text, read.d], ["64.10", "12345678901234567890", 7])
    assert.strictEqual(encode(read), text.replace("1e3", "1000"))
  })

  it("is refused when it is none, or deeper than anybody means it", () => {
    assert.deepStrictEqual(unreadable(codec, "<html>"), { step: "json", message: "Expected JSON" })
    const deep = `${"[".repeat(65)}${"]".repeat(65)}`
    assert.strictEqual(unreadable(codec, deep).message, "Expected at most 64 levels")
    assert.strictEqual(unreadable(codec, "[".repeat(1_000_000)).step, "json")
    assert.deepStrictEqual(decode(`"${"[".repeat(100)}"`), "[".repeat(100))
  })

  it("amounts written as numbers are fen, digit by digit", () => {
    const Amount = Schema.Struct({ amount: FenFromNumeral })
    const read = (text: string) => Schema.decodeUnknownSync(Amount)(decode(text)).amount
    const amounts = ["64.1", "64.10", "64.1000", '"64.10"'].map((amount) =>
      read(`{"amount":${amount}}`)
    )
    assert.deepStrictEqual(amounts, [6410, 6410, 6410, 6410] as never)
    assert.strictEqual(read('{"amount":128}'), 12800)
    for (const wrong of ["64.105", "-1", "null", "[]"])
      assert.throws(() => read(`{"amount":${wrong}}`), /amount in yuan|Expected/)
    assert.strictEqual(
      encode(Schema.encodeSync(Amount)({ amount: 6410 as never })),
      '{"amount":64.10}'
    )
  })
})
