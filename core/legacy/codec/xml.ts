import { Schema } from "effect"
import { refuse, type Texts, twoWay } from "./two-way.ts"
import { readXml, type XmlElement, type XmlLimits, xmlLimits } from "./xml-reader.ts"
import { writeXml, type XmlStyle } from "./xml-writer.ts"

export interface XmlOptions extends XmlStyle {
  /** Where they differ from `xmlLimits`. */
  readonly limits?: Partial<XmlLimits>
}

const isXmlElement = (value: unknown): value is XmlElement =>
  typeof value === "object" && value !== null && "name" in value && "children" in value

/** Decoded text ⇄ the root element. */
export const xmlTree = (options: XmlOptions) => {
  const limits = { ...xmlLimits, ...options.limits }
  return Schema.String.pipe(
    Schema.decodeTo(
      Schema.declare(isXmlElement, { expected: "an XML element" }),
      twoWay<XmlElement, string>({
        decode: (text) => readXml(text, limits),
        encode: (root) => writeXml(root, options, limits)
      })
    )
  )
}

/**
 * Decoded text ⇄ the named texts under one root, as most tills write. Attributes are passed over: serialisers decorate
 * roots with namespaces that mean nothing.
 */
export const flatXml = (options: XmlOptions & { readonly root: string }) =>
  xmlTree(options).pipe(
    Schema.decodeTo(
      Schema.Record(Schema.String, Schema.String),
      twoWay<Texts, XmlElement>({
        decode: (root) => flatten(root, options.root),
        encode: (fields) => ({
          name: options.root,
          attributes: {},
          children: Object.entries(fields).map(([name, text]) => ({
            name,
            attributes: {},
            children: text === "" ? [] : [text]
          }))
        })
      })
    )
  )

const flatten = ({ children, name }: XmlElement, root: string): Texts => {
  if (name !== root) refuse("xml", `Expected the root element ${root}`)
  const fields = new Map<string, string>()
  for (const child of children) {
    if (typeof child === "string") {
      if (child.trim() === "") continue
      return refuse("xml", `Expected elements only under ${root}`)
    }
    const [text = "", ...rest] = child.children
    if (typeof text !== "string" || rest.length > 0) {
      return refuse("xml", "Expected a text, without elements in it", child.name)
    }
    if (fields.has(child.name)) refuse("xml", "Expected only once", child.name)
    fields.set(child.name, text)
  }
  return Object.fromEntries(fields)
}
