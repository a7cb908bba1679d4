import { Option, Schema } from "effect"
import { flatXml } from "../../../legacy/codec/xml.ts"
import type { Fields } from "./sign.ts"

/** A notify or an answer weighs a few kilobytes; the reader refuses every document type, and so every entity of one's own. */
const limits = {
  characters: 64 * 1024,
  depth: 2,
  elements: 400,
  attributes: 16,
  text: 32 * 1024,
  name: 64
}

const codec = (root: string) => flatXml({ root, newline: "", cdata: true, limits })

const message = codec("xml")
/** Our own fields hold nothing that XML cannot say: bodies were checked when they were frozen. */
export const writeFields: (fields: Fields) => string = Schema.encodeSync(message)
const decode = Schema.decodeOption(message)
const decodeRefund = Schema.decodeOption(codec("root"))

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Bytes as text, if they are UTF-8: a document in another encoding could say to a parser what it does not say to us. */
const textOf = (bytes: Uint8Array): Option.Option<string> => {
  try {
    return Option.some(utf8.decode(bytes))
  } catch {
    return Option.none()
  }
}

/** The fields of a message of version 2, or nothing. */
export const readFields = (bytes: Uint8Array): Option.Option<Fields> =>
  Option.flatMap(textOf(bytes), (text) => decode(text))

/** The fields of what is sealed in the notify of a refund. */
export const readSealedFields = (bytes: Uint8Array): Option.Option<Fields> =>
  Option.flatMap(textOf(bytes), (text) => decodeRefund(text))

/** Whether a body is of version 2 rather than 3, whose bodies are JSON. */
export const isXml = (body: Uint8Array): boolean =>
  /^[\uFEFF\s]*</.test(Buffer.from(body.subarray(0, 64)).toString())
