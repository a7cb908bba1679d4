import { Option, Schema, SchemaTransformation } from "effect"
import type { Answer } from "./call.ts"

/** A number that JavaScript would round stays the text it was: message ids have 19 digits. */
const reviver = (_: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value === "number" && !Number.isSafeInteger(value) && Number.isInteger(value)
    ? context?.source
    : value

/** Reads JSON whatever its headers say, as WeChat sends some as text/plain; `undefined`: it is none. */
export const jsonOf = (bytes: Uint8Array): unknown => {
  const text = Buffer.from(bytes).toString()
  if (!/^\s*[[{]/.test(text)) return undefined
  return parsed(text) ?? parsed(text.replaceAll(control, ""))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: names of people come with them in clear, where JSON wants them escaped.
const control = /[\x00-\x1f]/g

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text, reviver)
  } catch {
    return undefined
  }
}

/** JSON as WeChat takes it: no `\u` escapes, so nothing that only an escape could write. */
export const jsonText = (body: object): string =>
  JSON.stringify(body, (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll(unspeakable, "") : value
  )

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON can only escape.
const unspeakable = /[\x00-\x07\x0b\x0e-\x1f]/g

/** Reads an answer by a Schema. Keys we do not name are tolerated, as WeChat adds some. */
export const reads = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) => {
  const decode = Schema.decodeUnknownOption(schema)
  return ({ json }: Answer): Option.Option<S["Type"]> => decode(json)
}

/** Reads an answer by a Schema, and makes of it what we mean by it. */
export const readsAs = <S extends Schema.ConstraintDecoder<unknown>, A>(
  schema: S,
  make: (value: S["Type"]) => A
) => {
  const read = reads(schema)
  return (answer: Answer): Option.Option<A> => Option.map(read(answer), make)
}

/** For calls whose only answer is that they were done. */
export const done = (): Option.Option<void> => Option.some(undefined)

/** A text of WeChat's, no longer than anybody can mean it to be. */
export const text = (length: number) => Schema.String.check(Schema.isMaxLength(length))

/** An id that comes as a number, and may be longer than a number can be: always text. */
export const Id = Schema.Union([text(32), Schema.Int]).pipe(
  Schema.decodeTo(
    Schema.String,
    SchemaTransformation.transform<string, string | number>({ decode: String, encode: (id) => id })
  )
)
