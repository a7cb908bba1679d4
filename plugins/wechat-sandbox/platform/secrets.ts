import { createCipheriv } from "node:crypto"

/** What a mini program gets of its user in sealed form, for its server to open with the session key. */
export const sealForSession = (sessionKey: string, iv: string, content: object) => {
  const cipher = createCipheriv("aes-128-cbc", Buffer.from(sessionKey, "base64"), Buffer.from(iv))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final()])
  return { encryptedData: sealed.toString("base64"), iv: Buffer.from(iv).toString("base64") }
}
