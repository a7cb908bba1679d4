import { createHmac, hash, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** Fields of one flat message, all of them text. */
export type Fields = Readonly<Record<string, string>>

export type SignType = "MD5" | "HMAC-SHA256"

/** What is summed up (pay.md §6): everything but `sign` and what is empty, by name, then the key. */
export const signedText = (fields: Fields, key: string): string =>
  [
    ...Object.keys(fields)
      .filter((name) => name !== "sign" && fields[name] !== "")
      // By ASCII, not by any language's alphabet.
      .sort()
      .map((name) => `${name}=${fields[name]}`),
    `key=${key}`
  ].join("&")

/** The signature of version 2 over what is sent or has come; what WeChat adds takes part too. */
export const signFields = (fields: Fields, type: SignType, key: Redacted.Redacted): string => {
  const secret = Redacted.value(key)
  const text = signedText(fields, secret)
  const sum =
    type === "MD5" ? hash("md5", text) : createHmac("sha256", secret).update(text).digest("hex")
  return sum.toUpperCase()
}

/** Whether fields carry the signature of whoever knows the key. One without a signature carries none. */
export const isSigned = (fields: Fields, type: SignType, key: Redacted.Redacted): boolean => {
  const [given, own] = [fields.sign ?? "", signFields(fields, type, key)].map((sign) =>
    Buffer.from(sign)
  )
  return given !== undefined && own !== undefined && given.length === own.length
    ? timingSafeEqual(given, own)
    : false
}
