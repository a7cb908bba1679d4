import { createCipheriv, createDecipheriv, createHash } from "node:crypto"

/** WeChat's side of 消息加解密. Nothing here is shared with the gateway's, or both could be wrong alike. */

/** What signs a callback: its parts sorted byte by byte and joined. */
export const signatureOf = (...parts: ReadonlyArray<string>) =>
  createHash("sha1")
    .update(
      parts.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))).join("")
    )
    .digest("hex")

const keyOf = (encodingAesKey: string) => Buffer.from(`${encodingAesKey}=`, "base64")

const block = 32

/** `random(16) ‖ length ‖ message ‖ appid`, padded to 32; `salt` is the random part. */
export const encrypt = (encodingAesKey: string, appid: string, salt: string, message: string) => {
  const key = keyOf(encodingAesKey)
  const body = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const content = Buffer.concat([Buffer.from(salt), length, body, Buffer.from(appid)])
  const pad = block - (content.length % block)
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([content, Buffer.alloc(pad, pad)])
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64")
}

/** How many spaces behind a message make its padding so long; behind a root element they mean nothing. */
export const spacesFor = (pad: number, appid: string, message: string) => {
  const length = 16 + 4 + Buffer.byteLength(message) + Buffer.byteLength(appid)
  return (2 * block - pad - (length % block)) % block
}

/** The message, if it was encrypted with this key and for this appid. */
export const decrypt = (
  encodingAesKey: string,
  appid: string,
  sealed: string
): string | undefined => {
  try {
    const key = keyOf(encodingAesKey)
    const cipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
    const padded = Buffer.concat([cipher.update(sealed, "base64"), cipher.final()])
    const content = padded.subarray(0, padded.length - (padded.at(-1) ?? 0))
    const end = 20 + content.readUInt32BE(16)
    return content.subarray(end).toString() === appid
      ? content.subarray(20, end).toString()
      : undefined
  } catch {
    return undefined
  }
}
