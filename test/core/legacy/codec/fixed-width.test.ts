import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { fixedWidth } from "../../../../core/legacy/codec/fixed-width.ts"
import { ascii, unreadable, unwritable } from "./bytes.ts"

const codec = fixedWidth(
  [
    { name: "Code", width: 2, pad: "left", fill: "0" },
    { name: "Name", width: 6, pad: "right", fill: " " },
    { name: "Note", width: 5, pad: "right", fill: "\0", cut: true }
  ],
  { charset: "gbk" }
)
const read = Schema.decodeSync(codec)
const write = Schema.encodeSync(codec)
const gbk = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"))

describe("fixed widths", () => {
  it("are bytes: Chinese does not shift what follows", () => {
    const bytes = gbk("3037 bdbb d2d7 2020 b3c9 b9a6 00")
    const texts = { Code: "07", Name: "交易", Note: "成功" }
    assert.deepStrictEqual<object>(read(bytes), texts)
    assert.deepStrictEqual(write(texts), bytes)
  })

  it("are trimmed on the padded side of spaces, NULs and full-width spaces, but not of zeros", () => {
    assert.deepStrictEqual<object>(read(gbk("2037 20bdbb a1a1 00 41 20 00 20 00")), {
      Code: "7",
      Name: " 交",
      Note: "A"
    })
    assert.strictEqual(read(ascii("00AB0000     ")).Code, "00")
    assert.strictEqual(read(ascii("00AB0000     ")).Name, "AB0000")
  })

  it.each([12, 14, 0])("add up to 13 bytes, so %d are refused", (length) => {
    assert.deepStrictEqual(unreadable(codec, new Uint8Array(length)), {
      step: "fixed-width",
      message: `Expected 13 bytes, got ${length}`
    })
  })

  it("refuse a character cut in half, by the field", () => {
    assert.deepStrictEqual(unreadable(codec, gbk("3037 bdbb d2d7 20bd bb4141 0000")), {
      step: "charset",
      field: "Name",
      message: "Expected text in gbk"
    })
  })

  it("refuse a text that is too long, by the field and without the text", () => {
    assert.deepStrictEqual(unwritable(codec, { Code: "07", Name: "张小明明", Note: "" }), {
      step: "fixed-width",
      field: "Name",
      message: "Expected at most 6 bytes, got 8"
    })
  })

  it("cut it at a whole character where they may", () => {
    const bytes = write({ Code: "07", Name: "", Note: "成功了" })
    assert.strictEqual(read(bytes).Note, "成功")
    assert.strictEqual(bytes.length, 13)
  })

  it("refuse a character that the charset lacks, by the field", () => {
    assert.deepStrictEqual(unwritable(codec, { Code: "07", Name: "😀", Note: "" }), {
      step: "charset",
      field: "Name",
      message: "U+1F600 is not in gbk"
    })
  })

  it("refuse a record in which a field is missing", () => {
    assert.deepStrictEqual(unwritable(codec, { Code: "07", Note: "" }), {
      step: "fields",
      field: "Name",
      message: "Missing"
    })
  })

  it("put numbers to the right", () => {
    assert.strictEqual(read(write({ Code: "7", Name: "", Note: "" })).Code, "07")
  })

  it("bring every text back that fits and does not end in padding", () => {
    const unit = fc.constantFrom("a", "1", "交", "，", "€", "?")
    const text = (maxLength: number) => fc.string({ unit, maxLength })
    const records = fc.record({
      Code: fc.nat(99).map((n) => String(n).padStart(2, "0")),
      Name: text(3),
      Note: text(2)
    })
    return fc.assert(
      fc.property(records, (record) => {
        assert.deepStrictEqual<object>(read(write(record)), record)
      })
    )
  })

  it("either read 13 bytes or refuse them in step charset", () => {
    const bytes = fc.uint8Array({ minLength: 13, maxLength: 13 })
    return fc.assert(
      fc.property(bytes, (any) => {
        const result = Schema.decodeResult(codec)(any)
        return result._tag === "Success" || unreadable(codec, any).step === "charset"
      })
    )
  })
})
