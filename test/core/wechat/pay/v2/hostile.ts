/** Documents that make careless readers of XML fetch a file or an address, or grow without end. */

const payment =
  "<return_code>SUCCESS</return_code><result_code>SUCCESS</result_code><out_trade_no>POS20261124000001</out_trade_no><sign>0</sign>"
const doc = (inside: string, before = "") => `${before}<xml>${inside}${payment}</xml>`

const laughs = Array.from(
  { length: 9 },
  (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`
).join("")

/** By what they try; `file` and `url` are what must not be read. */
const attacks = (file: string, url: string): Readonly<Record<string, string>> => ({
  "a file as an entity": doc("<a>&x;</a>", `<!DOCTYPE xml [<!ENTITY x SYSTEM "file://${file}">]>`),
  "an address as an entity": doc("<a>&x;</a>", `<!DOCTYPE xml [<!ENTITY x SYSTEM "${url}">]>`),
  "a public entity": doc("<a>&x;</a>", `<!DOCTYPE xml [<!ENTITY x PUBLIC "p" "${url}">]>`),
  "a parameter entity": doc("", `<!DOCTYPE xml [<!ENTITY % x SYSTEM "${url}"> %x;]>`),
  "a file sent to an address": doc(
    "",
    `<!DOCTYPE xml [<!ENTITY % f SYSTEM "file://${file}"><!ENTITY % d SYSTEM "${url}"> %d;]>`
  ),
  "an external subset": doc("", `<!DOCTYPE xml SYSTEM "${url}">`),
  "a public subset": doc("", `<!DOCTYPE xml PUBLIC "-//W3C//DTD XHTML 1.0//EN" "${url}">`),
  "a subset of its own": doc("<a>&x;</a>", `<!DOCTYPE xml [<!ENTITY x "SUCCESS">]>`),
  "an empty document type": doc("", "<!DOCTYPE xml>"),
  "a document type in small letters": doc("", `<!doctype xml [<!ENTITY x SYSTEM "${url}">]>`),
  "a document type behind a comment": doc("", `<!-- ok --><!DOCTYPE xml SYSTEM "${url}">`),
  "a document type behind an instruction": doc("", `<?ok yes?><!DOCTYPE xml SYSTEM "${url}">`),
  "a document type in the root": doc(`<!DOCTYPE xml SYSTEM "${url}">`),
  "a billion laughs": doc("<a>&l9;</a>", `<!DOCTYPE xml [<!ENTITY l0 "ha">${laughs}]>`),
  "one entity a thousand times": doc(
    `<a>${"&x;".repeat(1_000)}</a>`,
    `<!DOCTYPE xml [<!ENTITY x "${"a".repeat(10_000)}">]>`
  ),
  "an attribute by default": doc(
    "<a/>",
    `<!DOCTYPE xml [<!ENTITY x SYSTEM "file://${file}"><!ATTLIST a b CDATA "&x;">]>`
  ),
  "a notation": doc("", `<!DOCTYPE xml [<!NOTATION n SYSTEM "${url}">]>`),
  "an entity nobody declared": doc("<a>&x;</a>"),
  "an inclusion": doc(
    `<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="file://${file}"/>`
  ),
  "a style sheet and a schema": doc(
    `<a xmlns:s="http://www.w3.org/2001/XMLSchema-instance" s:noNamespaceSchemaLocation="${url}"/>`,
    `<?xml-stylesheet type="text/xsl" href="${url}"?>`
  )
})

const bom = (bytes: ReadonlyArray<number>, text: Buffer) =>
  Buffer.concat([Buffer.from(bytes), text])

/** UTF-7 hides what a filter looks for from a reader that believes the declaration. */
const utf7 = (text: string) => text.replaceAll("<", "+ADw-").replaceAll("&", "+ACY-")

const spellings: Readonly<Record<string, (text: string) => Buffer>> = {
  "UTF-8": (text) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`),
  "UTF-16": (text) =>
    bom([0xff, 0xfe], Buffer.from(`<?xml version="1.0" encoding="UTF-16"?>${text}`, "utf16le")),
  "UTF-7": (text) => Buffer.from(`<?xml version="1.0" encoding="UTF-7"?>${utf7(text)}`)
}

/** Sixty documents: each attack in each spelling. */
export const hostileDocuments = (file: string, url: string) =>
  Object.entries(attacks(file, url)).flatMap(([attack, text]) =>
    Object.entries(spellings).map(([spelling, write]) => ({
      name: `${attack}, in ${spelling}`,
      body: write(text)
    }))
  )
