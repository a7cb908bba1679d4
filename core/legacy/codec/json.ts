import { Effect, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { Fen, FenFromYuan, formatYuan } from "../../values/money.ts"
import { refuse, twoWay } from "./two-way.ts"

/** A number that a float would change, as it was written: amounts, and ids longer than fifteen digits. */
export class Numeral {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text)
  }
}

/** What a JSON text is made of. */
export type Json =
  | null
  | boolean
  | number
  | string
  | Numeral
  | ReadonlyArray<Json>
  | { readonly [name: string]: Json }

/**
 * Decoded text ⇄ JSON. Numbers that are not small and whole stay as they were written (`Numeral`), so that money meets no float. Text
 * nested deeper than `maxDepth` (64 unless said) is refused before it is read.
 */
export const json = ({ maxDepth = 64 }: { readonly maxDepth?: number } = {}) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.Unknown,
      twoWay<unknown, string>({
        decode: (text) => read(text, maxDepth),
        encode: (value) => JSON.stringify(value)
      })
    )
  )

const read = (text: string, maxDepth: number): unknown => {
  if (depthOf(text) > maxDepth) refuse("json", `Expected at most ${maxDepth} levels`)
  try {
    return JSON.parse(text, exact)
  } catch {
    return refuse("json", "Expected JSON")
  }
}

const exact = (_: string, value: unknown, context?: { readonly source?: string }) =>
  typeof value !== "number" || Number.isSafeInteger(value)
    ? value
    : new Numeral(context?.source ?? String(value))

/** How deep brackets outside of texts go. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === "[" || token === "{") deepest = Math.max(deepest, ++depth)
    else if (token === "]" || token === "}") depth--
  }
  return deepest
}

/** An amount in yuan written as a JSON number, as many ERPs want it ⇄ fen, digit by digit. */
export const FenFromNumeral = Schema.Unknown.pipe(
  Schema.decodeTo(
    Fen,
    SchemaTransformation.transformEffect<number, unknown>({
      decode: (value) => {
        const text = value instanceof Numeral ? value.text : value
        const known =
          typeof text === "number" || typeof text === "string"
            ? Schema.decodeUnknownOption(FenFromYuan)(String(text).replace(/(\.\d{2})0+$/, "$1"))
            : undefined
        return known?._tag === "Some"
          ? Effect.succeed(known.value)
          : Effect.fail(
              new SchemaIssue.InvalidValue({
                expected: "an amount in yuan with at most two decimals"
              })
            )
      },
      encode: (fen) => Effect.succeed(new Numeral(formatYuan(fen as Fen)))
    })
  )
)
