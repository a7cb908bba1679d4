import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { textIn } from "../../../../core/legacy/codec/charset.ts"
import { flatXml, xmlTree } from "../../../../core/legacy/codec/xml.ts"
import type { XmlElement } from "../../../../core/legacy/codec/xml-reader.ts"
import { ascii, unreadable, unwritable } from "./bytes.ts"

const tree = xmlTree({ declares: "UTF-8" })
const small = xmlTree({
  declares: "UTF-8",
  limits: { characters: 200, depth: 3, elements: 4, attributes: 2, text: 5, name: 6 }
})
const till = textIn("gbk").pipe(Schema.decodeTo(flatXml({ root: "Request", declares: "GBK" })))

const laughs = Array.from(
  { length: 10 },
  (_, i) => `<!ENTITY lol${i + 1} "${`&lol${i};`.repeat(10)}">`
).join("\n")

describe("a hostile message is refused with a clear word:", () => {
  it.each([
    ["a document type", "<!DOCTYPE a><a/>", "A document type declaration is not accepted"],
    [
      "an external entity",
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
      "A document type declaration is not accepted"
    ],
    [
      "a billion laughs",
      `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol0 "lol">${laughs}]><lolz>&lol10;</lolz>`,
      "A document type declaration is not accepted"
    ],
    [
      "a document type that never ends",
      `<!DOCTYPE a [${"<!ENTITY a 'b'>".repeat(100)}`,
      "Not well-formed at line 1, column 1513: document must contain a root element"
    ],
    ["an entity", "<a>&nbsp;</a>", "Not well-formed at line 1, column 9: undefined entity"],
    [
      "an entity named like a method",
      "<a>&constructor;</a>",
      "Not well-formed at line 1, column 16: undefined entity"
    ],
    [
      "a number that is no character",
      "<a>&#0;</a>",
      "Not well-formed at line 1, column 7: malformed character entity"
    ],
    [
      "a number beyond Unicode",
      "<a>&#x110000;</a>",
      "Not well-formed at line 1, column 13: malformed character entity"
    ],
    ["NUL", "<a>\0</a>", "Not well-formed at line 1, column 4: disallowed character"],
    ["half a surrogate pair", "<a>\uD83D</a>", "Half a surrogate pair is not a character"],
    [
      "]]> in text",
      "<a>]]></a>",
      'Not well-formed at line 1, column 6: the string "]]>" is disallowed in char data'
    ],
    [
      "an attribute twice",
      '<a b="1" b="2"/>',
      "Not well-formed at line 1, column 16: duplicate attribute"
    ],
    [
      "an element that is not closed",
      "<a><b></a>",
      "Not well-formed at line 1, column 10: unexpected close tag"
    ],
    [
      "two documents",
      "<a/><a/>",
      "Not well-formed at line 1, column 7: documents may contain only one root"
    ],
    [
      "text after the end",
      "<a/>x",
      "Not well-formed at line 1, column 5: text data outside of root node"
    ],
    ["an end in the middle", "<a>", "Not well-formed at line 1, column 3: unclosed tag"],
    ["nothing", "", "Not well-formed at line 1, column 0: document must contain a root element"],
    [
      "no XML at all",
      "$E接口序列号无效",
      "Not well-formed at line 1, column 9: text data outside of root node"
    ]
  ])("%s", (_, text, message) => {
    assert.deepStrictEqual(unreadable(tree, text), { step: "xml", message })
  })

  it.each([
    ["a depth of 100,000", tree, "<a>".repeat(100_000), "Expected at most 64 levels"],
    [
      "ten million characters",
      tree,
      `<a>${"x".repeat(10_000_000)}</a>`,
      "Expected at most 4194304 characters"
    ],
    [
      "a million elements",
      tree,
      `<a>${"<b/>".repeat(1_000_000)}</a>`,
      "Expected at most 100000 elements"
    ],
    [
      "200,000 attributes",
      tree,
      `<a ${Array.from({ length: 200_000 }, (_, i) => `a${i}=""`).join(" ")}/>`,
      "Expected at most 100000 attributes"
    ],
    [
      "a text of three million characters",
      tree,
      `<a>${"x".repeat(3_000_000)}</a>`,
      "Expected at most 2097152 characters in one text"
    ],
    [
      "a name of a thousand letters",
      tree,
      `<${"a".repeat(1000)}/>`,
      "Expected at most 128 characters in one name"
    ],
    [
      "a bound of our own on the document",
      small,
      " ".repeat(201),
      "Expected at most 200 characters"
    ],
    ["one on depth", small, "<a><b><c><d/></c></b></a>", "Expected at most 3 levels"],
    ["one on elements", small, "<a><b/><b/><b/><b/></a>", "Expected at most 4 elements"],
    ["one on attributes", small, '<a b="" c=""><d e=""/></a>', "Expected at most 2 attributes"],
    ["one on texts", small, "<a>123456</a>", "Expected at most 5 characters in one text"],
    [
      "one on texts that come in pieces",
      small,
      "<a>123<![CDATA[456]]></a>",
      "Expected at most 5 characters in one text"
    ],
    [
      "one on an attribute's value",
      small,
      '<a b="123456"/>',
      "Expected at most 5 characters in one text"
    ],
    [
      "one on an attribute's name",
      small,
      '<a bcdefgh=""/>',
      "Expected at most 6 characters in one name"
    ]
  ])("beyond the bounds: %s", (_, codec, text, message) => {
    assert.deepStrictEqual(unreadable(codec, text), { step: "xml", message })
  })

  it("ten megabytes, before they are decoded", () => {
    assert.strictEqual(unreadable(till, new Uint8Array(10_000_000)).step, "charset")
  })

  it("GBK cut in the middle of a character", () => {
    assert.deepStrictEqual(unreadable(till, ascii("<Request><Body>\xcc")), {
      step: "charset",
      message: "Expected text in gbk"
    })
  })

  it("UTF-16, which is not what the till was said to write", () => {
    const utf16 = Uint8Array.from(Buffer.from("\uFEFF<Request/>", "utf16le"))
    assert.strictEqual(unreadable(till, utf16).step, "charset")
  })

  it("and a closing tag is not repeated, for it may be anything", () => {
    const wrong = unreadable(tree, "<a></134650182203475516>")
    assert.notInclude(wrong.message, "134650")
    assert.notInclude(unreadable(tree, "<a></a></b134650>").message, "134650")
  })

  it("a tree of our own that is too deep, before the stack ends", () => {
    let root: XmlElement = { name: "a", attributes: {}, children: [] }
    for (let depth = 0; depth < 100_000; depth++)
      root = { name: "a", attributes: {}, children: [root] }
    assert.deepStrictEqual(unwritable(tree, root), {
      step: "xml",
      message: "Expected at most 64 levels"
    })
  })

  it("any bytes at all, in the words of one of the steps", () => {
    const markup = fc
      .array(
        fc.constantFrom(
          "<",
          ">",
          "/",
          "Request",
          "A",
          "&",
          ";",
          "#",
          "=",
          '"',
          "<![CDATA[",
          "]]>",
          "<!--",
          "-->",
          "<?",
          "?>",
          "<!DOCTYPE",
          " ",
          "\0",
          "\xcc",
          "\xec"
        ),
        { maxLength: 40 }
      )
      .map((parts) => ascii(parts.join("")))
    return fc.assert(
      fc.property(fc.oneof(markup, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        const result = Schema.decodeResult(till)(bytes)
        if (result._tag === "Success") return
        const { message, step } = unreadable(till, bytes)
        assert.include(["charset", "xml"], step)
        assert.isNotEmpty(message)
      }),
      { numRuns: 2000 }
    )
  })
})
