import { hash } from "node:crypto"
import type { Texts } from "./two-way.ts"

// How old systems sign. `fields` are without the signature. A body that is signed as it stands is the field without a name.

/** How one family of systems signs. */
export interface SigningRule {
  /** What is summed up; `fields` are without the signature. */
  readonly text: (fields: Texts, secret: string) => string
  readonly sum: (bytes: Uint8Array) => string
}

/** The name under which a whole body is signed beside the fields of its query. */
export const wholeBody = ""

const lower = (bytes: Uint8Array) => hash("md5", bytes)
const upper = (bytes: Uint8Array) => lower(bytes).toUpperCase()

const sorted = (fields: Texts) =>
  Object.keys(fields)
    .filter((name) => name !== wholeBody)
    .sort()

const namesAndValues = (fields: Texts) =>
  sorted(fields)
    .map((name) => `${name}${fields[name]}`)
    .join("")

/** Jushuitan's new interface: the secret, then names and values without anything between them. */
export const prefixed: SigningRule = {
  text: (fields, secret) => `${secret}${namesAndValues(fields)}`,
  sum: lower
}

/** Named values one after another, texts between them as they are, and the secret at the end. */
export const fixedString = (
  ...parts: ReadonlyArray<string | { readonly text: string }>
): SigningRule => ({
  text: (fields, secret) =>
    parts
      .map((part) => (typeof part === "string" ? (fields[part] ?? "") : part.text))
      .concat(secret)
      .join(""),
  sum: lower
})

/** The family of Taobao's open platform, and many houses: the secret on both sides. Some leave out what is empty. */
export const sandwich = ({ empty }: { readonly empty: "kept" | "skipped" }): SigningRule => ({
  text: (fields, secret) => {
    const meant = Object.entries(fields).filter(([, value]) => empty === "kept" || value !== "")
    return `${secret}${namesAndValues(Object.fromEntries(meant))}${secret}`
  },
  sum: upper
})

/** Qimen: the secret on both sides of the query's names and values and the very bytes of the body. */
export const sandwichWithBody: SigningRule = {
  text: (fields, secret) => `${secret}${namesAndValues(fields)}${fields[wholeBody] ?? ""}${secret}`,
  sum: upper
}

/** Guanyi: the secret on both sides of the JSON text as it is before the signature is put in. */
export const jsonSandwich: SigningRule = {
  text: (fields, secret) => `${secret}${fields[wholeBody] ?? ""}${secret}`,
  sum: upper
}

/** Wangdian's enterprise edition: every name and value behind its length, which counts characters. */
export const lengthPrefixed: SigningRule = {
  text: (fields, secret) =>
    `${sorted(fields)
      .map(
        (name) => `${counted(name, 2)}-${name}:${counted(fields[name] ?? "", 4)}-${fields[name]}`
      )
      .join(";")}${secret}`,
  sum: lower
}

const counted = (text: string, digits: number) =>
  String(Array.from(text).length).padStart(digits, "0")

/** WeChat Pay v2 and most houses: fields that are not empty, sorted by name, `k=v` joined by `&`, then `&key=`. */
export const suffixKey: SigningRule = {
  text: (fields, secret) =>
    [
      ...sorted(fields)
        .filter((name) => fields[name] !== "")
        .map((name) => `${name}=${fields[name]}`),
      `key=${secret}`
    ].join("&"),
  sum: upper
}

/** kuaidi100's pushes: one field's text, then the salt. */
export const salted = (field: string): SigningRule => ({
  text: (fields, secret) => `${fields[field] ?? ""}${secret}`,
  sum: upper
})

/** The rules by which old systems sign, by their shape. For `signedBy`. */
export const signingRules = {
  fixedString,
  jsonSandwich,
  lengthPrefixed,
  prefixed,
  salted,
  sandwich,
  sandwichWithBody,
  suffixKey
} as const
