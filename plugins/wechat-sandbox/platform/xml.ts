import { Result, Schema } from "effect"
import { xmlTree } from "#core"
import { writeJson } from "./json.ts"

/** What a push says. Texts are wrapped in CDATA, numbers stand bare; a list repeats its element. */
export interface Fields {
  readonly [name: string]: string | number | bigint | Fields | ReadonlyArray<Fields>
}

export const toXml = (fields: Fields) => `<xml>${elements(fields)}</xml>`

/** As mini programs may have it: a list of one is the thing itself. */
export const toJson = (fields: Fields) => writeJson(single(fields))

const elements = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, value]) =>
      Array.isArray(value)
        ? value.map((each) => `<${name}>${elements(each)}</${name}>`).join("")
        : `<${name}>${content(value as Exclude<typeof value, ReadonlyArray<Fields>>)}</${name}>`
    )
    .join("")

const content = (value: string | number | bigint | Fields): string => {
  if (typeof value === "string") return cdata(value)
  return typeof value === "object" ? elements(value) : String(value)
}

/** The end of a section within a text ends it for good, so it is split over two. */
const cdata = (text: string) => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`

const single = (fields: Fields): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value !== "object") return [name, value]
      if (!Array.isArray(value)) return [name, single(value as Fields)]
      const list = value.map(single)
      return [name, list.length === 1 ? list[0] : list]
    })
  )

/** What an account answered: texts by name, and what has elements of its own as such. */
export interface Parsed {
  readonly [name: string]: string | Parsed | ReadonlyArray<string | Parsed>
}

const decode = Schema.decodeUnknownResult(
  xmlTree({ declares: "UTF-8", limits: { characters: 64 * 1024, depth: 8, elements: 1000 } })
)

/** `undefined` for what is no XML with the root `xml`. */
export const parseXml = (text: string): Parsed | undefined => {
  const root = decode(text.trim())
  return Result.isSuccess(root) && root.success.name === "xml" ? named(root.success) : undefined
}

type Element = Schema.Schema.Type<ReturnType<typeof xmlTree>>

const named = ({ children }: Element): Parsed => {
  const found: Record<string, string | Parsed | ReadonlyArray<string | Parsed>> = {}
  for (const child of children) {
    if (typeof child === "string") continue
    const value = child.children.some((it) => typeof it !== "string")
      ? named(child)
      : child.children.join("")
    const before = found[child.name]
    if (before === undefined) found[child.name] = value
    else found[child.name] = Array.isArray(before) ? [...before, value] : [before as string, value]
  }
  return found
}

export const textIn = (parsed: Parsed, name: string): string => {
  const value = parsed[name]
  return typeof value === "string" ? value : ""
}
