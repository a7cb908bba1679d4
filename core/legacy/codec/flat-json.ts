import { Schema } from "effect"
import { refuse, type Texts, twoWay } from "./two-way.ts"

/** Decoded text ⇄ one JSON object of texts. Numbers are read as they are written; anything else in it is refused. */
export const flatJson = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Record(Schema.String, Schema.String),
    twoWay<Texts, string>({
      decode: (text) => read(text),
      encode: (texts) => JSON.stringify(texts)
    })
  )
)

const read = (text: string): Texts => {
  const value = parsed(text)
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse("json", "Expected one object")
  const fields = Object.entries(value).map(([name, field]) => {
    if (typeof field === "string") return [name, field]
    if (typeof field === "number" && Number.isSafeInteger(field)) return [name, String(field)]
    return refuse("json", "Expected a text", name)
  })
  // A name that came twice is one now: which of the two was meant, nobody knows.
  const written = [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*:/g)].length
  return written === fields.length
    ? Object.fromEntries(fields)
    : refuse("json", "Expected each name only once")
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return refuse("json", "Expected JSON")
  }
}
