import { Schema } from "effect"
import { type Charset, decodeText, encodeText } from "./charset.ts"
import { refuse, type Texts, twoWay } from "./two-way.ts"

export interface FormOptions {
  readonly charset: Charset
  /** How many fields there may be; 64 unless said. */
  readonly maxFields?: number
}

/**
 * `application/x-www-form-urlencoded` in the caller's charset ⇄ texts. A name that comes twice is refused: which of two counts differs
 * from one old server to the next.
 */
export const form = ({ charset, maxFields = 64 }: FormOptions) =>
  Schema.Uint8Array.pipe(
    Schema.decodeTo(
      Schema.Record(Schema.String, Schema.String),
      twoWay<Texts, Uint8Array>({
        decode: (bytes) => read(bytes, charset, maxFields),
        encode: (texts) =>
          Buffer.from(
            Object.entries(texts)
              .map((pair) =>
                pair.map((text) => written(encodeText(text, charset, "refuse"))).join("=")
              )
              .join("&"),
            "latin1"
          )
      })
    )
  )

const read = (bytes: Uint8Array, charset: Charset, maxFields: number): Texts => {
  const text = Buffer.from(bytes).toString("latin1").trim()
  const pairs = text.split("&", maxFields + 1).filter((pair) => pair !== "")
  if (pairs.length > maxFields) refuse("form", `Expected at most ${maxFields} fields`)
  const fields = new Map<string, string>()
  for (const pair of pairs) {
    const end = pair.includes("=") ? pair.indexOf("=") : pair.length
    const name = decodeText(unescaped(pair.slice(0, end)), charset)
    if (fields.has(name)) refuse("form", "Expected only once", name)
    fields.set(name, decodeText(unescaped(pair.slice(end + 1)), charset))
  }
  return Object.fromEntries(fields)
}

/** Old senders leave bytes above 127 as they are. */
const unescaped = (text: string): Uint8Array => {
  if (/%(?![0-9a-f]{2})/i.test(text)) refuse("form", "Expected two hexadecimal digits after %")
  const plain = text
    .replaceAll("+", " ")
    .replaceAll(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))
  return Buffer.from(plain, "latin1")
}

const written = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(/[^\w.*-]/g, (byte) =>
      byte === " " ? "+" : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`
    )
