import { Schema } from "effect"
import { type Charset, cut, decodeText, encodeText, type Lacking } from "./charset.ts"
import { inField, refuse, type Texts, twoWay } from "./two-way.ts"

/** One field of a layout. */
export interface Column {
  readonly name: string
  /** In bytes of the message's charset. */
  readonly width: number
  /** The side that is filled up: `"right"` for texts, `"left"` for numbers. Padding on that side is trimmed. */
  readonly pad: "left" | "right"
  /** Zeros are part of the value and are not trimmed. */
  readonly fill: " " | "0" | "\0"
  /** Cuts a text that is too long at a whole character; otherwise it is refused. */
  readonly cut?: boolean
}

/** Bytes ⇄ texts by name. Bytes are cut before they are decoded: a Chinese character is one character in two bytes. */
export const fixedWidth = (
  columns: ReadonlyArray<Column>,
  options: { readonly charset: Charset; readonly lacking?: Lacking }
) => {
  const { charset, lacking = "refuse" } = options
  const length = columns.reduce((sum, { width }) => sum + width, 0)

  const decode = (bytes: Uint8Array): Texts => {
    if (bytes.length !== length) {
      refuse("fixed-width", `Expected ${length} bytes, got ${bytes.length}`)
    }
    const texts: Record<string, string> = {}
    let at = 0
    for (const { name, pad, width } of columns) {
      const slice = bytes.subarray(at, at + width)
      const text = inField(name, () => decodeText(slice, charset))
      texts[name] = trimmed(text, pad)
      at += width
    }
    return texts
  }

  const encode = (texts: Texts): Uint8Array => {
    const bytes = new Uint8Array(length)
    let at = 0
    for (const column of columns) {
      const { fill, name, pad, width } = column
      const text = inField(name, () => fitted(texts[name] ?? "", column))
      bytes.fill(fill.charCodeAt(0), at, at + width)
      bytes.set(text, pad === "right" ? at : at + width - text.length)
      at += width
    }
    return bytes
  }

  const fitted = (text: string, column: Column): Uint8Array => {
    const whole = encodeText(text, charset, lacking)
    if (whole.length <= column.width) return whole
    return column.cut
      ? encodeText(cut(text, column.width, charset, lacking), charset, lacking)
      : refuse("fixed-width", `Expected at most ${column.width} bytes, got ${whole.length}`)
  }

  return Schema.Uint8Array.pipe(
    Schema.decodeTo(
      Schema.Struct(Object.fromEntries(columns.map(({ name }) => [name, Schema.String]))),
      twoWay<Texts, Uint8Array>({ decode, encode })
    )
  )
}

/** What old systems fill up with, whatever their manual says. */
const isPadding = (character: string | undefined) =>
  character === " " || character === "\0" || character === "\u3000"

const trimmed = (text: string, side: Column["pad"]): string => {
  let start = 0
  let end = text.length
  if (side === "left") while (start < end && isPadding(text[start])) start++
  else while (end > start && isPadding(text[end - 1])) end--
  return text.slice(start, end)
}
