import { refuse } from "./two-way.ts"
import type { XmlElement, XmlLimits } from "./xml-reader.ts"

/** How the other side lays out a document. */
export interface XmlStyle {
  /** The encoding the declaration names, in the caller's spelling; without it there is no declaration. */
  readonly declares?: string
  /** Stands between elements, which are then indented by two spaces; `""` writes one line. CRLF by default. */
  readonly newline?: "\r\n" | "\n" | ""
  /** Writes texts as CDATA, for readers that know no entities. Numbers stand as they are. */
  readonly cdata?: boolean
}

/** The document with this root. Empty elements are written `<a></a>`, which the simplest readers know too. */
export const writeXml = (root: XmlElement, style: XmlStyle, limits: XmlLimits): string => {
  const { cdata = false, declares, newline = "\r\n" } = style
  const indent = newline === "" ? "" : "  "
  const write = ({ attributes, children, name }: XmlElement, depth: number): string => {
    if (depth > limits.depth) refuse("xml", `Expected at most ${limits.depth} levels`)
    const margin = newline + indent.repeat(depth - 1)
    // Beside text, a line break would become part of it.
    const isLaidOut = children.length > 0 && children.every((child) => typeof child !== "string")
    const content = children.map((child) => {
      if (typeof child === "string")
        return cdata && !/^\d+$/.test(child) ? quoted(child, name) : escaped(child, name)
      return (isLaidOut ? margin + indent : "") + write(child, depth + 1)
    })
    const end = isLaidOut ? margin : ""
    return `<${checked(name)}${writeAttributes(attributes)}>${content.join("")}${end}</${name}>`
  }
  const declaration =
    declares === undefined ? "" : `<?xml version="1.0" encoding="${declares}"?>${newline}`
  return `${declaration}${write(root, 1)}${newline}`
}

const writeAttributes = (attributes: XmlElement["attributes"]): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${checked(name)}="${escaped(value, name, true)}"`)
    .join("")

// XML 1.0, fifth edition: NameStartChar, NameChar and Char.
const nameStart =
  ":A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}" +
  "\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}"
const nameRest = `${nameStart}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}`
const xmlName = new RegExp(`^[${nameStart}][${nameRest}]*$`, "u")
const notACharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

const checked = (name: string): string =>
  xmlName.test(name) ? name : refuse("xml", "This is not an element's or attribute's name", name)

// Readers turn CR, and in attributes every line break and tab, into something else.
const specialInText = /[&<>\r]/g
const specialInAttribute = /[&<>"\t\n\r]/g
const entities: ReadonlyMap<string, string> = new Map([
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"]
])

const holdable = (text: string, name: string): string => {
  const bad = notACharacter.exec(text)?.[0].codePointAt(0)
  if (bad === undefined) return text
  return refuse("xml", `XML cannot hold U+${bad.toString(16).toUpperCase().padStart(4, "0")}`, name)
}

/** What would end a section stands in two; a CR, which readers turn into a line feed, stands outside. */
const quoted = (text: string, name: string): string =>
  `<![CDATA[${holdable(text, name)
    .replaceAll("]]>", "]]]]><![CDATA[>")
    .replaceAll("\r", "]]>&#13;<![CDATA[")}]]>`

const escaped = (text: string, name: string, isAttribute = false): string =>
  holdable(text, name).replace(
    isAttribute ? specialInAttribute : specialInText,
    (character) => entities.get(character) ?? `&#${character.charCodeAt(0)};`
  )
