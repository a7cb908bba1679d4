import { Schema } from "effect"
import { refuse, type Texts, twoWay } from "./two-way.ts"

/** A file of separated lines: one that begins it, any number of one kind, one that ends it. */
export interface SeparatedFile {
  readonly head: Texts
  readonly lines: ReadonlyArray<Texts>
  readonly tail: Texts
}

/** How a line is marked and what its fields are called, in their order. Fields at the end may be left out of a file. */
interface LineForm {
  readonly mark: string
  readonly fields: readonly [string, ...ReadonlyArray<string>]
  /** How many of them each line has at least; all, unless said. */
  readonly least?: number
}

/** What old systems still put at the end of a file, as CP/M did. */
const END = "\u001A"

/**
 * Decoded text ⇄ a file of separated lines (`H|…`, `D|…`, `T|…`), ended by CRLF and 0x1A. It is split after it is decoded: in GBK the
 * second byte of a character may be the separator. A field that holds the separator cannot be written, and is refused.
 */
export const separated = (form: {
  readonly separator: string
  readonly head: LineForm
  readonly line: LineForm
  readonly tail: LineForm
  /** How many lines there may be; 200,000 unless said. */
  readonly most?: number
}) => {
  const { head, line, most = 200_000, separator, tail } = form

  const fieldsOf = (text: string | undefined, { fields, least, mark }: LineForm, name: string) => {
    const [begin, ...values] = text?.split(separator) ?? []
    if (begin !== mark) return refuse("separated", `Expected a line that begins with ${mark}`, name)
    if (values.length < (least ?? fields.length) || values.length > fields.length)
      return refuse("separated", `Expected ${fields.length} fields, got ${values.length}`, name)
    return Object.fromEntries(values.map((value, place) => [fields[place] ?? "", value]))
  }

  const written = (texts: Texts, { fields, least = fields.length, mark }: LineForm) => {
    const values = fields.map((field) => texts[field] ?? "")
    const used = Math.max(least, values.findLastIndex((value) => value !== "") + 1)
    for (const [place, value] of values.entries())
      if (value.includes(separator) || /[\r\n]/.test(value))
        refuse("separated", "Expected neither the separator nor a line break", fields[place])
    return [mark, ...values.slice(0, used)].join(separator)
  }

  const decode = (text: string): SeparatedFile => {
    const end = text.indexOf(END)
    const lines = (end < 0 ? text : text.slice(0, end)).split(/\r?\n/).filter((it) => it !== "")
    if (lines.length > most + 2) return refuse("separated", `Expected at most ${most} lines`)
    return {
      head: fieldsOf(lines[0], head, "head"),
      lines: lines.slice(1, -1).map((it, place) => fieldsOf(it, line, `line ${place + 1}`)),
      tail: fieldsOf(lines.length > 1 ? lines.at(-1) : undefined, tail, "tail")
    }
  }

  const encode = (file: SeparatedFile): string =>
    [
      written(file.head, head),
      ...file.lines.map((texts) => written(texts, line)),
      written(file.tail, tail),
      END
    ].join("\r\n")

  const texts = Schema.Record(Schema.String, Schema.String)
  return Schema.String.pipe(
    Schema.decodeTo(
      Schema.Struct({ head: texts, lines: Schema.Array(texts), tail: texts }),
      twoWay<SeparatedFile, string>({ decode, encode })
    )
  )
}
