import { createMultibyteEncoder } from "@exodus/bytes/multi-byte.js"
import { Schema } from "effect"
import { refuse, twoWay } from "./two-way.ts"

/** The charsets old systems write. GBK is read as GB 18030, which contains it, and written as GBK. */
export type Charset = "utf-8" | "gbk" | "gb18030"

/**
 * What becomes of a character the charset lacks. A reply to a till must not fail because of an emoji, so there it has a
 * substitute, which every charset must have: `"?"`.
 */
export type Lacking = "refuse" | { readonly substitute: string }

const names: ReadonlyMap<string, Charset> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["gb18030", "gb18030"],
  ["gbk", "gbk"],
  ["gb2312", "gbk"], // whoever claims it also sends 镕, which only GBK has
  ["gb_2312-80", "gbk"],
  ["936", "gbk"],
  ["cp936", "gbk"],
  ["ms936", "gbk"],
  ["windows-936", "gbk"],
  ["zhs16gbk", "gbk"] // Oracle's word
])

/** The charset that a declaration, a header or a configuration names; `undefined` if it is none of ours. */
export const charsetNamed = (label: string): Charset | undefined =>
  names.get(label.trim().toLowerCase())

const utf8 = new TextEncoder()
const gbk = createMultibyteEncoder("gbk")
const gb18030 = createMultibyteEncoder("gb18030")

const decoders: { readonly [C in Charset]: TextDecoder } = {
  "utf-8": new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }),
  gbk: new TextDecoder("gb18030", { fatal: true }),
  gb18030: new TextDecoder("gb18030", { fatal: true })
}

const encoders: { readonly [C in Charset]: (text: string) => Uint8Array } = {
  "utf-8": (text) => {
    // TextEncoder would write U+FFFD for half a surrogate pair.
    if (!text.isWellFormed()) throw new TypeError("half a surrogate pair")
    return utf8.encode(text)
  },
  gbk,
  gb18030
}

const tryEncode = (text: string, charset: Charset): Uint8Array | undefined => {
  try {
    return encoders[charset](text)
  } catch {
    return undefined
  }
}

const has = (charset: Charset, text: string) => tryEncode(text, charset) !== undefined

/** `¥` is not in GBK, but every till and printer has the full-width `￥`. */
const lookalikes: { readonly [character: string]: string } = { "¥": "￥" }

const standIn = (character: string, charset: Charset, lacking: Lacking): string => {
  if (has(charset, character)) return character
  if (lacking === "refuse") {
    const point = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")
    return refuse("charset", `U+${point} is not in ${charset}`)
  }
  const lookalike = lookalikes[character]
  return lookalike !== undefined && has(charset, lookalike) ? lookalike : lacking.substitute
}

/** Refuses what is not in the charset; only inside `twoWay`. */
export const decodeText = (bytes: Uint8Array, charset: Charset): string => {
  try {
    return decoders[charset].decode(bytes)
  } catch {
    return refuse("charset", `Expected text in ${charset}`)
  }
}

/** Refuses what the charset lacks, unless something stands in for it; only inside `twoWay`. */
export const encodeText = (text: string, charset: Charset, lacking: Lacking): Uint8Array =>
  tryEncode(text, charset) ??
  encoders[charset](Array.from(text, (c) => standIn(c, charset, lacking)).join(""))

/** The text as the charset can write it: something else stands for what it lacks. */
export const substituted = (text: string, charset: Charset, substitute = "?"): string =>
  has(charset, text)
    ? text
    : Array.from(text, (character) => standIn(character, charset, { substitute })).join("")

/** The beginning of a text that fits into so many bytes, cut at a whole character. */
export const cut = (
  text: string,
  bytes: number,
  charset: Charset,
  lacking: Lacking = { substitute: "?" }
): string => {
  let width = 0
  let end = 0
  for (const character of text) {
    width += encodeText(character, charset, lacking).length
    if (width > bytes) return text.slice(0, end)
    end += character.length
  }
  return text
}

/**
 * Bytes ⇄ text. Bytes that are not in the charset are refused, and so is a character it lacks, unless `lacking` has a
 * substitute. A byte order mark is dropped.
 */
export const textIn = (
  charset: Charset,
  options: {
    /** Defaults to `"refuse"`. */
    readonly lacking?: Lacking
    /** Checked before anything is decoded; 4 MiB by default. */
    readonly maxBytes?: number
  } = {}
) => {
  const { lacking = "refuse", maxBytes = 4 * 1024 * 1024 } = options
  return Schema.Uint8Array.pipe(
    Schema.decodeTo(
      Schema.String,
      twoWay<string, Uint8Array>({
        decode: (bytes) =>
          bytes.length > maxBytes
            ? refuse("charset", `Expected at most ${maxBytes} bytes, got ${bytes.length}`)
            : withoutMark(decodeText(bytes, charset)),
        encode: (text) => encodeText(withoutMark(text), charset, lacking)
      })
    )
  )
}

const withoutMark = (text: string) => text.replace(/^\uFEFF+/, "")
