import { Effect, type Redacted, Schema } from "effect"
import { type Charset, charsetNamed, substituted, textIn } from "../legacy/codec/charset.ts"
import { flatJson } from "../legacy/codec/flat-json.ts"
import { form } from "../legacy/codec/form.ts"
import { signedWithKey } from "../legacy/codec/signature.ts"
import type { Texts } from "../legacy/codec/two-way.ts"
import { flatXml } from "../legacy/codec/xml.ts"

/** How an old system writes to the desk, and how it wants the answer. */
export const Format = Schema.Literals(["json", "xml", "form"])
export type Format = typeof Format.Type

/** What it wrote: by its content type; forms are in GBK, as old web servers send them, unless it says otherwise. */
export interface Writing {
  readonly format: Format
  readonly charset: Charset
}

export const writingOf = (contentType = ""): Writing => {
  const format = /json/i.test(contentType) ? "json" : /xml/i.test(contentType) ? "xml" : "form"
  const named = charsetNamed(/charset="?([\w-]+)/i.exec(contentType)?.[1] ?? "")
  return { format, charset: named ?? (format === "form" ? "gbk" : "utf-8") }
}

/** Longer than anything a system has to say here. */
export const longestMessage = 8_192

const texts = (charset: Charset) => textIn(charset, { maxBytes: longestMessage })

/** Reads a message in its own writing. */
export const readMessage = ({ charset, format }: Writing, bytes: Uint8Array) => {
  switch (format) {
    case "json":
      return Schema.decodeEffect(texts(charset).pipe(Schema.decodeTo(flatJson)))(bytes)
    case "xml":
      return Schema.decodeEffect(
        texts(charset).pipe(Schema.decodeTo(flatXml({ root: "request", declares: charset })))
      )(bytes)
    case "form":
      return Schema.decodeEffect(form({ charset }))(bytes)
  }
}

const replies = {
  json: {
    contentType: "application/json; charset=utf-8",
    charset: "utf-8" as const,
    codec: textIn("utf-8").pipe(Schema.decodeTo(flatJson))
  },
  xml: {
    contentType: "text/xml; charset=utf-8",
    charset: "utf-8" as const,
    codec: textIn("utf-8").pipe(Schema.decodeTo(flatXml({ root: "reply", declares: "UTF-8" })))
  },
  form: {
    contentType: "application/x-www-form-urlencoded; charset=GBK",
    charset: "gbk" as const,
    codec: form({ charset: "gbk" })
  }
} satisfies { readonly [F in Format]: unknown }

/** Texts signed with a secret ⇄ texts. */
export const signedWith = (secret: Redacted.Redacted<string>, charset: Charset) =>
  signedWithKey({ field: "sign", charset, secret: () => secret })(
    Schema.Record(Schema.String, Schema.String)
  )

/** Writes a reply, signed if there is something to sign it with. What XML cannot hold, a control character in a nickname, is left out. */
export const writeReply = Effect.fnUntraced(function* (
  format: Format,
  reply: Texts,
  secret?: Redacted.Redacted<string>
) {
  const { charset, codec, contentType } = replies[format]
  const plain = Object.fromEntries(
    Object.entries(reply).map(([name, text]) => [name, speakable(text, charset)])
  )
  const texts =
    secret === undefined ? plain : yield* Schema.encodeEffect(signedWith(secret, charset))(plain)
  return { bytes: yield* Schema.encodeEffect(codec)(texts), contentType }
}, Effect.orDie)

/** A nickname keeps nobody out because of an emoji that the charset lacks; and what is signed is what is sent. */
const speakable = (text: string, charset: Charset): string =>
  substituted(text.toWellFormed().replaceAll(control, ""), charset)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is left out.
const control = /[\x00-\x1f\x7f\ufffe\uffff]/g
