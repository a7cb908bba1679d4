import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { type Charset, charsetNamed, cut, textIn } from "../../../../core/legacy/codec/charset.ts"
import { ascii, unreadable, unwritable } from "./bytes.ts"

const read = (charset: Charset, ...bytes: ReadonlyArray<number>) =>
  Schema.decodeSync(textIn(charset))(Uint8Array.from(bytes))
const write = (charset: Charset, text: string, substitute?: string) =>
  Buffer.from(
    Schema.encodeSync(textIn(charset, substitute === undefined ? {} : { lacking: { substitute } }))(
      text
    )
  ).toString("hex")

const charsets = ["utf-8", "gbk", "gb18030"] as const

// GB 18030 writes the private use area over characters that Unicode has since taken in.
const texts = fc
  .string({ unit: "binary" })
  .map((text) => text.replace(/[\uE000-\uF8FF]/g, "").replace(/^\uFEFF+/, ""))
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))
const hanzi = fc.string({ unit: codeUnit }).map((text) => text.replace(/[^\u4E00-\u9FA5]/g, "人"))

describe("text in a charset", () => {
  it("is read and written as tills do", () => {
    assert.strictEqual(read("gbk", 0xcc, 0xec, 0xba, 0xd3, 0xb3, 0xc7), "天河城")
    assert.strictEqual(write("gbk", "天河城"), "ccecbad3b3c7")
    assert.strictEqual(write("gb18030", "䶮😀"), "fe9f9439fc36")
    assert.strictEqual(read("gb18030", 0x94, 0x39, 0xfc, 0x36), "😀")
    assert.strictEqual(write("utf-8", "天"), "e5a4a9")
  })

  it("that claims to be GBK may hold what only GB 18030 has", () => {
    assert.strictEqual(read("gbk", 0x94, 0x39, 0xfc, 0x36), "😀")
  })

  it("loses its byte order mark, and gets none", () => {
    assert.strictEqual(read("utf-8", 0xef, 0xbb, 0xbf, 0x41), "A")
    assert.strictEqual(read("gb18030", 0x84, 0x31, 0x95, 0x33, 0x41), "A")
    assert.strictEqual(write("utf-8", "\uFEFFA"), "41")
  })

  it.each([
    ["utf-8", texts],
    ["gb18030", texts],
    ["gbk", hanzi]
  ] as const)("comes back the same in %s, whatever that can hold", (charset, all) => {
    const codec = textIn(charset)
    return fc.assert(
      fc.property(all, (text) => Schema.decodeSync(codec)(Schema.encodeSync(codec)(text)) === text)
    )
  })

  it.each([
    ["a GBK character cut in half", "gbk", [0x41, 0xcc]],
    ["a GB 18030 character cut in half", "gb18030", [0x94, 0x39, 0xfc]],
    ["a UTF-8 character cut in half", "utf-8", [0xe5, 0xa4]],
    ["GBK where UTF-8 is spoken", "utf-8", [0xcc, 0xec]],
    ["a byte that begins nothing", "gbk", [0xff, 0x41]]
  ] as const)("is not %s", (_, charset, bytes) => {
    assert.deepStrictEqual(unreadable(textIn(charset), Uint8Array.from(bytes)), {
      step: "charset",
      message: `Expected text in ${charset}`
    })
    // A decoder that remembered the first half would glue it to the next message.
    assert.strictEqual(read(charset, 0x41, 0x42), "AB")
  })

  it("names the character that the charset lacks", () => {
    assert.deepStrictEqual(unwritable(textIn("gbk"), "好😀"), {
      step: "charset",
      message: "U+1F600 is not in gbk"
    })
    assert.strictEqual(unwritable(textIn("gbk"), "¥128").message, "U+00A5 is not in gbk")
  })

  it.each(charsets)("has no half surrogate pairs in %s", (charset) => {
    assert.deepStrictEqual(unwritable(textIn(charset), "a\uD83Db"), {
      step: "charset",
      message: `U+D83D is not in ${charset}`
    })
  })

  it("has substitutes for what the charset lacks, where a message must not fail", () => {
    assert.strictEqual(write("gbk", "好😀¥1\uD83D", "?"), "bac3" + "3f" + "a3a4" + "31" + "3f")
    assert.strictEqual(write("utf-8", "\uD83D", "?"), "3f")
    assert.strictEqual(write("gbk", "😀", "〓"), "a1fe")
  })

  it.each(charsets)("with substitutes is never refused in %s", (charset) => {
    const codec = textIn(charset, { lacking: { substitute: "?" } })
    return fc.assert(
      fc.property(fc.string({ unit: codeUnit }), (text) => {
        Schema.decodeSync(codec)(Schema.encodeSync(codec)(text))
      })
    )
  })

  it("is bounded before it is decoded", () => {
    const tenMegabytes = new Uint8Array(10 * 1024 * 1024).fill(0xff)
    assert.deepStrictEqual(unreadable(textIn("gbk"), tenMegabytes), {
      step: "charset",
      message: "Expected at most 4194304 bytes, got 10485760"
    })
    assert.strictEqual(
      unreadable(textIn("gbk", { maxBytes: 2 }), ascii("abc")).message,
      "Expected at most 2 bytes, got 3"
    )
  })
})

describe("a charset's name", () => {
  it.each([
    ["UTF-8", "utf-8"],
    ["utf8", "utf-8"],
    [" GBK ", "gbk"],
    ["gb2312", "gbk"],
    ["GB_2312-80", "gbk"],
    ["936", "gbk"],
    ["ZHS16GBK", "gbk"],
    ["GB18030", "gb18030"]
  ] as const)("%j is known", (label, charset) => {
    assert.strictEqual(charsetNamed(label), charset)
  })

  it.each(["big5", "Shift_JIS", "utf-7", "utf-16", "", "__proto__", "constructor"])(
    "%j is none of ours",
    (label) => {
      assert.strictEqual(charsetNamed(label), undefined)
    }
  )
})

describe("a text cut to a width", () => {
  it.each([
    ["gbk", 7, "用户支"],
    ["gbk", 6, "用户支"],
    ["gbk", 1, ""],
    ["gbk", 0, ""],
    ["utf-8", 8, "用户"],
    ["gb18030", 100, "用户支付中"]
  ] as const)("in %s of %d bytes is %s", (charset, width, expected) => {
    assert.strictEqual(cut("用户支付中", width, charset), expected)
  })

  it("counts what stands in for a character, not the character", () => {
    assert.strictEqual(cut("😀😀¥ab", 4, "gbk"), "😀😀¥")
    assert.strictEqual(cut("😀ab", 5, "gb18030"), "😀a")
  })

  it("fits, is a beginning, and leaves no room for another character", () => {
    const width = (text: string, charset: Charset) =>
      Schema.encodeSync(textIn(charset))(`x${text}`).length - 1
    return fc.assert(
      fc.property(
        texts,
        fc.nat(60),
        fc.constantFrom("utf-8", "gb18030"),
        (text, bytes, charset) => {
          const part = cut(text, bytes, charset)
          const [next = ""] = Array.from(text.slice(part.length))
          const isFull = part === text || width(part + next, charset) > bytes
          return text.startsWith(part) && width(part, charset) <= bytes && isFull
        }
      )
    )
  })
})
