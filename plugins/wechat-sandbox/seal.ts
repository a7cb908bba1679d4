import {
  constants,
  createCipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  sign,
  verify
} from "node:crypto"

/** WeChat's side of its own cryptography. Nothing here is shared with the gateway's, or both could be wrong alike. */

const lines = (...parts: ReadonlyArray<string>) => parts.map((part) => `${part}\n`).join("")

/** What a merchant signs: the body is taken as the bytes that came, never as text. */
export const requestText = (
  method: string,
  target: string,
  timestamp: string,
  nonce: string,
  body: Uint8Array
) => Buffer.concat([Buffer.from(lines(method, target, timestamp, nonce)), body, Buffer.from("\n")])

export const isSignedBy = (key: KeyObject, text: Uint8Array, signature: string) =>
  verify("RSA-SHA256", text, key, Buffer.from(signature, "base64"))

/** What a merchant signs for a page or an app that opens the cashier, line by line. */
export const isSignedText = (key: KeyObject, parts: ReadonlyArray<string>, signature: string) =>
  isSignedBy(key, Buffer.from(lines(...parts)), signature)

/** What WeChat signs, in answers and notifies alike. A 204 leaves the third line empty. */
export const signMessage = (key: KeyObject, timestamp: string, nonce: string, body: string) =>
  sign("RSA-SHA256", Buffer.from(lines(timestamp, nonce, body)), key).toString("base64")

/** AES-256-GCM as notifies and certificates carry it: the tag stands behind the ciphertext. */
export const seal = (
  apiV3Key: string,
  nonce: string,
  associatedData: string,
  plaintext: string
) => {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(apiV3Key), Buffer.from(nonce))
  cipher.setAAD(Buffer.from(associatedData))
  const sealed = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final()])
  return {
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: Buffer.concat([sealed, cipher.getAuthTag()]).toString("base64"),
    associated_data: associatedData,
    nonce
  }
}

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }

export const sealField = (key: KeyObject, text: string) =>
  publicEncrypt({ key, ...oaep }, Buffer.from(text)).toString("base64")

/** `undefined` when it was not sealed for this key. */
export const openField = (key: KeyObject, sealed: string): string | undefined => {
  try {
    return privateDecrypt({ key, ...oaep }, Buffer.from(sealed, "base64")).toString("utf8")
  } catch {
    return undefined
  }
}
