import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as fc from "fast-check"
import { textIn } from "../../../../core/legacy/codec/charset.ts"
import { flatXml, xmlTree } from "../../../../core/legacy/codec/xml.ts"
import type { XmlElement } from "../../../../core/legacy/codec/xml-reader.ts"
import { sample, unreadable, unwritable } from "./bytes.ts"

const tree = xmlTree({ declares: "UTF-8", newline: "" })
const read = Schema.decodeSync(tree)
const write = Schema.encodeSync(tree)
const flat = flatXml({ root: "Request", declares: "GBK", newline: "\n" })

const element = (
  name: string,
  children: XmlElement["children"] = [],
  attributes: XmlElement["attributes"] = {}
): XmlElement => ({ name, attributes, children })

/** As every reader hands it over: no empty texts, none side by side, none that is only layout. */
const settled = (children: XmlElement["children"]): XmlElement["children"] => {
  const joined: Array<XmlElement | string> = []
  for (const child of children) {
    const last = joined.at(-1)
    if (typeof child === "string" && typeof last === "string")
      joined[joined.length - 1] = last + child
    else if (child !== "") joined.push(child)
  }
  const elements = joined.filter((child) => typeof child !== "string")
  const isLayout = joined.every((child) => typeof child !== "string" || !/[^ \t\n\r]/.test(child))
  return isLayout && elements.length > 0 ? elements : joined
}

const character = fc
  .oneof(fc.constantFrom(..."<>&\"'\r\n\t ]\u3000"), fc.string({ unit: "binary", maxLength: 1 }))
  .filter((text) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
const text = fc.string({ unit: character, maxLength: 8 })
const name = fc.constantFrom("a", "b", "s:Body", "单号", "x.1")
const { trees } = fc.letrec<{ trees: XmlElement }>((tie) => ({
  trees: fc.record({
    name,
    attributes: fc.dictionary(name, text),
    children: fc
      .array(fc.oneof({ depthSize: "small" }, text, tie("trees")), { maxLength: 4 })
      .map(settled)
  })
}))

describe("an XML tree", () => {
  it("keeps prefixes, attributes, repeats and mixed content as they came", () => {
    const text =
      '<?xml version="1.0" encoding="UTF-8"?>' +
      '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body id="1" type="x">' +
      "<zp>a</zp><other></other><zp>b</zp><p>one <b>two</b> three</p></s:Body></s:Envelope>"
    const root = read(text)
    assert.deepStrictEqual(
      root,
      element(
        "s:Envelope",
        [
          element(
            "s:Body",
            [
              element("zp", ["a"]),
              element("other"),
              element("zp", ["b"]),
              element("p", ["one ", element("b", ["two"]), " three"])
            ],
            { id: "1", type: "x" }
          )
        ],
        { "xmlns:s": "http://schemas.xmlsoap.org/soap/envelope/" }
      )
    )
    assert.strictEqual(write(root), text)
  })

  it("knows XML's five entities and numbers, and joins CDATA with what surrounds it", () => {
    assert.deepStrictEqual(
      read("<a b='&quot;&apos;'>&lt;&amp;&gt;&#22825;&#x5929; <![CDATA[<b>&amp;]]> end</a>"),
      element("a", ["<&>天天 <b>&amp; end"], { b: "\"'" })
    )
  })

  it("passes over comments, processing instructions and the declaration", () => {
    assert.deepStrictEqual(
      read(
        '<?xml version="1.1" encoding="Shift_JIS"?><?go left?><!-- x --><a>1<?b?><!-- y -->2</a>'
      ),
      element("a", ["12"])
    )
  })

  it("drops the line breaks between elements, but no blank that is a value", () => {
    assert.deepStrictEqual(
      read("<a>\r\n  <b> </b>\r\n  <c>\n</c>\r\n</a>\r\n"),
      element("a", [element("b", [" "]), element("c", ["\n"])])
    )
    assert.deepStrictEqual(read("<a>\u3000<b/></a>"), element("a", ["\u3000", element("b")]))
  })

  it("is laid out between elements only, so that no value changes", () => {
    const laidOut = xmlTree({ declares: "GBK", newline: "\r\n" })
    const root = element("a", [
      element("b", [element("c", ["1"]), element("d")]),
      element("p", ["x", element("q"), "y"])
    ])
    const text =
      '<?xml version="1.0" encoding="GBK"?>\r\n<a>\r\n  <b>\r\n    <c>1</c>\r\n    <d></d>\r\n  </b>\r\n' +
      "  <p>x<q></q>y</p>\r\n</a>\r\n"
    assert.strictEqual(Schema.encodeSync(laidOut)(root), text)
    assert.deepStrictEqual(Schema.decodeSync(laidOut)(text), root)
  })

  it("escapes whatever a reader would take for something else", () => {
    const root = element("a", ['<&>]]>\r\n\t"'], { b: "\"<&>\r\n\t'" })
    assert.strictEqual(
      write(root),
      '<?xml version="1.0" encoding="UTF-8"?><a b="&quot;&lt;&amp;&gt;&#13;&#10;&#9;\'">&lt;&amp;&gt;]]&gt;&#13;\n\t"</a>'
    )
    assert.deepStrictEqual(read(write(root)), root)
  })

  it.each([
    ["NUL", "\0", "U+0000"],
    ["ESC", "\u001b", "U+001B"],
    ["half a surrogate pair", "\uD83D", "U+D83D"],
    ["a non-character", "\uFFFF", "U+FFFF"]
  ])("cannot hold %s, in text or attribute", (_, character, point) => {
    const message = `XML cannot hold ${point}`
    assert.deepStrictEqual(unwritable(tree, element("a", [`x${character}`])), {
      step: "xml",
      field: "a",
      message
    })
    assert.deepStrictEqual(unwritable(tree, element("a", [], { b: character })), {
      step: "xml",
      field: "b",
      message
    })
  })

  it.each(["1a", "a b", "a>", "-a", "ª"])("has no element or attribute called %j", (name) => {
    assert.strictEqual(unwritable(tree, element(name)).step, "xml")
    assert.strictEqual(unwritable(tree, element("a", [], { [name]: "" })).field, name)
  })

  it.each(["a", "ns:a.b-c_1", "销售单", "ß", "__proto__", "constructor"])(
    "may have an element and an attribute called %s",
    (name) => {
      const root = element(name, [], Object.fromEntries([[name, "1"]]))
      assert.deepStrictEqual(read(write(root)), root)
    }
  )

  it.each(["", "\r\n"] as const)("comes back the same, laid out with %j", (newline) => {
    const codec = xmlTree({ declares: "UTF-8", newline })
    return fc.assert(
      fc.property(trees, (root) => {
        assert.deepStrictEqual(Schema.decodeSync(codec)(Schema.encodeSync(codec)(root)), root)
      })
    )
  })

  it.each([
    "erp-u8-eai-reply.xml",
    "sap-orders05.xml",
    "ndc-orderchangenotif-213.xml",
    "police-parking-notice.gbk.xml"
  ])("reads %s and loses nothing on the way back", (name) => {
    const charset = name.includes("gbk") ? "gbk" : "utf-8"
    const codec = textIn(charset).pipe(
      Schema.decodeTo(xmlTree({ declares: charset, newline: "\n" }))
    )
    const root = Schema.decodeSync(codec)(sample(name))
    assert.deepStrictEqual(Schema.decodeSync(codec)(Schema.encodeSync(codec)(root)), root)
  })
})

describe("an XML tree whose texts are CDATA", () => {
  const quoted = xmlTree({ newline: "", cdata: true })

  it("has no declaration and no entity, and splits what would end a section", () => {
    assert.strictEqual(
      Schema.encodeSync(quoted)(element("a", ["1 < 2 & ]]>\r"])),
      "<a><![CDATA[1 < 2 & ]]]]><![CDATA[>]]>&#13;<![CDATA[]]></a>"
    )
  })

  it("leaves numbers as they are", () => {
    assert.strictEqual(Schema.encodeSync(quoted)(element("a", ["1795500000"])), "<a>1795500000</a>")
  })

  it("comes back the same, whatever stands in it", () =>
    fc.assert(
      fc.property(trees, (root) => {
        assert.deepStrictEqual(Schema.decodeSync(quoted)(Schema.encodeSync(quoted)(root)), root)
      })
    ))
})

describe("flat XML", () => {
  it("is texts by name, in order, and empty where nothing was written", () => {
    const text =
      '<?xml version="1.0" encoding="GBK"?>\n<Request>\n  <Z>1</Z>\n  <A></A>\n  <M>a&amp;b</M>\n</Request>\n'
    const fields = Schema.decodeSync(flat)(text)
    assert.deepStrictEqual(Object.entries(fields), [
      ["Z", "1"],
      ["A", ""],
      ["M", "a&b"]
    ])
    assert.strictEqual(Schema.encodeSync(flat)(fields), text)
  })

  it("passes over the attributes with which serialisers decorate it", () => {
    assert.deepStrictEqual(
      Schema.decodeSync(flat)('<Request xmlns:xsi="urn:x"><A xsi:nil="true"/></Request>'),
      { A: "" }
    )
  })

  it("may be empty", () => {
    for (const text of ["<Request/>", "<Request>\r\n</Request>"]) {
      assert.deepStrictEqual(Schema.decodeSync(flat)(text), {})
    }
  })

  it.each([
    ["another root", "<Response/>", undefined, "Expected the root element Request"],
    ["a repeat", "<Request><A>1</A><B/><A>2</A></Request>", "A", "Expected only once"],
    ["a repeat that is empty", "<Request><A/><A/></Request>", "A", "Expected only once"],
    [
      "nesting",
      "<Request><A><B>1</B></A></Request>",
      "A",
      "Expected a text, without elements in it"
    ],
    [
      "nesting after text",
      "<Request><A>1<B/></A></Request>",
      "A",
      "Expected a text, without elements in it"
    ],
    [
      "stray text",
      "<Request><A/>134650</Request>",
      undefined,
      "Expected elements only under Request"
    ],
    [
      "stray text alone",
      "<Request>134650</Request>",
      undefined,
      "Expected elements only under Request"
    ]
  ])("has no %s", (_, text, field, message) => {
    assert.deepStrictEqual(
      unreadable(flat, text),
      field === undefined ? { step: "xml", message } : { step: "xml", field, message }
    )
  })

  it("keeps a field with an odd name an ordinary field", () => {
    const text = "<Request><__proto__>1</__proto__><constructor>2</constructor></Request>"
    const fields = Schema.decodeSync(flat)(text)
    assert.deepStrictEqual(Object.entries(fields), [
      ["__proto__", "1"],
      ["constructor", "2"]
    ])
  })

  it("comes back the same, whatever the texts", () => {
    const records = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/), text)
    return fc.assert(
      fc.property(records, (fields) => {
        const back = Schema.decodeSync(flat)(Schema.encodeSync(flat)(fields))
        assert.deepStrictEqual(Object.entries(back), Object.entries(fields))
      })
    )
  })
})
