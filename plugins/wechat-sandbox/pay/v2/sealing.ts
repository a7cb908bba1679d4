import { createCipheriv, createHash, createHmac } from "node:crypto"
import { Option, Schema } from "effect"
import { flatXml } from "#core"

/** Fields of one flat message, all of them text. */
export type Fields = Readonly<Record<string, string>>

const limits = { characters: 64 * 1024, depth: 2, elements: 200, attributes: 16 }
const codec = (root: string) => flatXml({ root, newline: "", cdata: true, limits })
const message = codec("xml")

export const readXml = (body: Uint8Array): Fields | undefined =>
  Option.getOrUndefined(Schema.decodeOption(message)(Buffer.from(body).toString("utf8")))

export const writeXml: (fields: Fields) => string = Schema.encodeSync(message)
const writeRoot: (fields: Fields) => string = Schema.encodeSync(codec("root"))

/** WeChat's side of the signature of version 2: sorted, without what is empty, the key at the end. */
export const signOf = ({ sign: _, ...fields }: Fields, apiV2Key: string): string => {
  const parts = Object.entries(fields)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${value}`)
    .sort((a, b) => (a < b ? -1 : 1))
  const text = [...parts, `key=${apiV2Key}`].join("&")
  const sum =
    fields.sign_type === "HMAC-SHA256"
      ? createHmac("sha256", apiV2Key).update(text, "utf8")
      : createHash("md5").update(text, "utf8")
  return sum.digest("hex").toUpperCase()
}

/** A message signed as whoever asked signs. */
export const signedXml = (fields: Fields, apiV2Key: string, signType?: string): string => {
  // What decides the sum need not be said in an answer.
  const sign = signOf({ ...fields, ...(signType && { sign_type: signType }) }, apiV2Key)
  return writeXml(
    signType === undefined ? { ...fields, sign } : { ...fields, sign_type: signType, sign }
  )
}

/** What the notify of a refund hides: AES-256-ECB under the MD5 of the key. */
export const reqInfo = (fields: Fields, apiV2Key: string): string => {
  const key = createHash("md5").update(apiV2Key).digest("hex")
  const cipher = createCipheriv("aes-256-ecb", Buffer.from(key), null)
  return Buffer.concat([cipher.update(writeRoot(fields), "utf8"), cipher.final()]).toString(
    "base64"
  )
}
