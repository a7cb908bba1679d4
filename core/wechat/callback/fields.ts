import { Data, Schema } from "effect"
import { xmlTree } from "../../legacy/codec/xml.ts"
import type { XmlElement } from "../../legacy/codec/xml-reader.ts"

/** What a push says, by WeChat's own names. A field that comes several times is a list. */
export interface Fields {
  readonly [name: string]: Field
}
export type Field = string | Fields | ReadonlyArray<string | Fields>

/** Accounts push XML; a mini program may have chosen JSON. */
export type Format = "xml" | "json"

export interface Document {
  readonly format: Format
  readonly fields: Fields
}

/** A push may weigh so much. The longest that WeChat is known to send, a mass message's result in compatible mode, has a tenth of it. */
export const mostBytes = 256 * 1024

const DEPTH = 16

class Unreadable extends Data.Error<{}> {}

const tree = xmlTree({
  newline: "",
  cdata: true,
  limits: { characters: mostBytes, depth: DEPTH, elements: 5_000, attributes: 100 }
})
const decodeTree = Schema.decodeUnknownOption(tree)
const encodeTree = Schema.encodeSync(tree)

/** Reads a document; nothing, where it is none. What XML cannot hold is dropped: keyboards put it into messages, and WeChat passes it on. */
export const readFields = (bytes: Uint8Array): Document | undefined => {
  try {
    const text = utf8.decode(bytes)
    if (/^\s*\{/.test(text)) return { format: "json", fields: ofJson(text) }
    const root = decodeTree(text.replaceAll(notInXml, ""))
    return root._tag === "None" ? undefined : { format: "xml", fields: ofElements(root.value) }
  } catch (cause) {
    if (cause instanceof Unreadable || cause instanceof TypeError || cause instanceof SyntaxError)
      return undefined
    throw cause
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

const ofElements = ({ children }: XmlElement): Fields => {
  const fields = new Map<string, Field>()
  for (const child of children) {
    if (typeof child === "string") {
      if (child.trim() !== "") throw new Unreadable()
      continue
    }
    const known = fields.get(child.name)
    const value = ofElement(child)
    fields.set(child.name, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(fields)
}

const ofElement = (element: XmlElement): string | Fields => {
  const [first] = element.children
  if (first === undefined) return ""
  return typeof first === "string" && element.children.length === 1 ? first : ofElements(element)
}

/** Numbers stay as they are written: ids have more digits than a number of ours holds. */
const ofJson = (text: string): Fields => {
  const value: unknown = JSON.parse(text, (_, value, context?: { readonly source?: string }) =>
    typeof value === "number" || typeof value === "boolean"
      ? (context?.source ?? String(value))
      : value
  )
  return fieldsOf(value, 1)
}

const fieldsOf = (value: unknown, depth: number): Fields => {
  if (typeof value !== "object" || value === null || depth > DEPTH) throw new Unreadable()
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inside]) =>
      inside === null ? [] : [[name, fieldOf(inside, depth + 1)] as const]
    )
  )
}

const fieldOf = (value: unknown, depth: number): Field => {
  if (Array.isArray(value))
    return value.map((item) => (typeof item === "string" ? item : fieldsOf(item, depth)))
  return typeof value === "string" ? value : fieldsOf(value, depth)
}

/** Writes a document as WeChat's own examples are written. */
export const writeFields = ({ fields, format }: Document): string =>
  format === "json"
    ? JSON.stringify(fields, (name, value) => (times.test(name) ? Number(value) : value))
    : encodeTree(elementOf("xml", fields))

/** In JSON these are numbers. */
const times = /^(CreateTime|TimeStamp)$/

const elementOf = (name: string, field: string | Fields): XmlElement => ({
  name,
  attributes: {},
  children:
    typeof field === "string"
      ? field === ""
        ? []
        : [field.replaceAll(notInXml, "")]
      : Object.entries(field).flatMap(([name, inside]) =>
          [inside].flat().map((one) => elementOf(name, one))
        )
})
