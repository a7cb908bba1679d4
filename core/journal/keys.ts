import { hash } from "node:crypto"

const digest = (text: string): string => `#${hash("sha256", text, "base64url")}`

/** A text as it is kept for comparing: itself, or its hash where it is too long for a column. */
export const brief = (text: string): string => (text.length <= 128 ? text : digest(text))

/** A caller's key as it is kept. Where messages carry no number the key is a payment code, which is not kept in clear. */
export const storedKey = (key: string, secrets: ReadonlyArray<string>): string =>
  secrets.some((secret) => secret !== "" && key.includes(secret)) ? digest(key) : brief(key)

/** Every form a key may be kept in, for those who do not know its secrets. */
export const storedKeys = (key: string): ReadonlyArray<string> => [brief(key), digest(key)]

/** What a sealed column of an entry is sealed for, so that it opens nowhere else. */
export const about = (column: "body" | "answer" | "key", id: string): string =>
  `weir_journal.${column}:${id}`
