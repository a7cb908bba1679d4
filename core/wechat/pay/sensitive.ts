import { constants, privateDecrypt, publicEncrypt } from "node:crypto"
import type { Merchant } from "./merchant.ts"

/** APIv3, sensitive fields: RSA-OAEP with SHA-1 for both the hash and the mask. */
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }

/** Seals one field for WeChat, with the key that goes out as `Wechatpay-Serial`. */
export const sealField = ({ keys, preferredKey }: Merchant, text: string): string => {
  const found = keys.find(({ id }) => id === preferredKey)
  if (found === undefined) throw new Error(`There is no key ${preferredKey} to seal with`)
  return publicEncrypt({ key: found.key, ...oaep }, Buffer.from(text)).toString("base64")
}

/** Opens what WeChat sealed for this merchant; nothing when it was not sealed for its key. */
export const openField = ({ privateKey }: Merchant, sealed: string): string | undefined => {
  try {
    return privateDecrypt({ key: privateKey, ...oaep }, Buffer.from(sealed, "base64")).toString()
  } catch {
    return undefined
  }
}
