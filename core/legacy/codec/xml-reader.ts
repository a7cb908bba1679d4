import { SaxesParser } from "saxes"
import { refuse } from "./two-way.ts"

/** An element as it is written: prefixes untouched, repeats and mixed content in order, no two texts side by side. */
export interface XmlElement {
  readonly name: string
  readonly attributes: { readonly [name: string]: string }
  readonly children: ReadonlyArray<XmlElement | string>
}

/** What reading one document may cost. */
export interface XmlLimits {
  /** Of the whole document; checked before parsing. */
  readonly characters: number
  readonly depth: number
  readonly elements: number
  /** Of all elements together. */
  readonly attributes: number
  /** Characters in one text or one attribute's value. */
  readonly text: number
  /** Characters in one name. */
  readonly name: number
}

/** Room for a police record with three photographs or a long NDC answer. */
export const xmlLimits: XmlLimits = {
  characters: 4 * 1024 * 1024,
  depth: 64,
  elements: 100_000,
  attributes: 100_000,
  text: 2 * 1024 * 1024,
  name: 128
}

interface Open extends XmlElement {
  readonly children: Array<XmlElement | string>
}

/**
 * The root element of a document. Entities are XML's own five and numbers; a document type is refused, comments and
 * processing instructions are passed over. What the declaration says no longer matters: the text is decoded.
 */
export const readXml = (text: string, limits: XmlLimits): XmlElement => {
  const within = (limit: keyof XmlLimits, count: number, what: string) => {
    if (count > limits[limit]) refuse("xml", `Expected at most ${limits[limit]} ${what}`)
  }
  within("characters", text.length, "characters")
  if (!text.isWellFormed()) refuse("xml", "Half a surrogate pair is not a character")

  const document: Open = { name: "", attributes: {}, children: [] }
  const open = [document]
  const count = { elements: 0, attributes: 0 }
  let content = ""
  const addContent = (part: string) => {
    content += part
    within("text", content.length, "characters in one text")
  }
  const endContent = () => {
    if (content !== "") open.at(-1)?.children.push(content)
    content = ""
  }

  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: "1.0" })
  parser.on("error", ({ message }) => refuse("xml", notWellFormed(message)))
  parser.on("doctype", () => refuse("xml", "A document type declaration is not accepted"))
  parser.on("opentagstart", ({ name }) => {
    within("elements", ++count.elements, "elements")
    within("depth", open.length, "levels")
    within("name", name.length, "characters in one name")
  })
  parser.on("attribute", ({ name, value }) => {
    within("attributes", ++count.attributes, "attributes")
    within("name", name.length, "characters in one name")
    within("text", value.length, "characters in one text")
  })
  parser.on("opentag", ({ attributes, name }) => {
    endContent()
    open.push({ name, attributes: { ...attributes }, children: [] })
  })
  parser.on("text", addContent)
  parser.on("cdata", addContent)
  parser.on("closetag", () => {
    endContent()
    const closed = open.pop()
    if (closed) open.at(-1)?.children.push(withoutLayout(closed))
  })
  parser.write(text).close()

  const root = document.children.find((child) => typeof child !== "string")
  return root ?? refuse("xml", "Expected a root element")
}

/** saxes says `3:14: unmatched closing tag: name.`; what follows the second colon came from the caller. */
const notWellFormed = (message: string): string => {
  const [line, column, reason = ""] = message.split(":")
  return `Not well-formed at line ${line}, column ${column}:${reason.replace(/\.$/, "")}`
}

const isBlank = (child: XmlElement | string) =>
  typeof child === "string" && /^[ \t\n\r]*$/.test(child)

/** Between elements, blank text is how somebody's writer breaks lines. */
const withoutLayout = (element: XmlElement): XmlElement => {
  const elements = element.children.filter((child) => typeof child !== "string")
  const isLayout =
    elements.length > 0 &&
    element.children.every((child) => typeof child !== "string" || isBlank(child))
  return isLayout ? { ...element, children: elements } : element
}
