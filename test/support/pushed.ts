import { createCipheriv, createDecipheriv, createHash } from "node:crypto"
import type { Arrival } from "./wechat-sandbox.ts"

/** A push as its receiver finds it, taken apart with nothing of the sandbox's own. */
export const taken = ({ text, url }: Pick<Arrival, "text" | "url">, encodingAesKey = "") => {
  const query = Object.fromEntries(new URL(url).searchParams)
  const sealed =
    /<Encrypt><!\[CDATA\[(.*?)\]\]><\/Encrypt>/s.exec(text)?.[1] ??
    /"Encrypt":"(.*?)"/.exec(text)?.[1]
  const inside =
    sealed === undefined || encodingAesKey === "" ? undefined : open(sealed, encodingAesKey)
  return { query, text, sealed, ...inside }
}

export const signed = (...parts: ReadonlyArray<string>) =>
  createHash("sha1").update(parts.toSorted().join("")).digest("hex")

const keyOf = (encodingAesKey: string) => Buffer.from(`${encodingAesKey}=`, "base64")

const open = (sealed: string, encodingAesKey: string) => {
  const key = keyOf(encodingAesKey)
  const cipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const bytes = Buffer.concat([cipher.update(sealed, "base64"), cipher.final()])
  const pad = bytes.at(-1) ?? 0
  const end = 20 + bytes.readUInt32BE(16)
  const suffix = bytes.subarray(end, bytes.length - pad).toString()
  return { message: bytes.subarray(20, end).toString(), suffix, pad }
}

/** A passive reply as an account sends it in the secure mode. */
export const sealedReply = (
  { appid, callbackToken, encodingAesKey }: Keys,
  xml: string,
  timestamp = "1795492801",
  nonce = "7070"
) => {
  const key = keyOf(encodingAesKey)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(xml))
  const content = Buffer.concat([Buffer.alloc(16, 7), length, Buffer.from(xml + appid)])
  const pad = 32 - (content.length % 32)
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const sealed = Buffer.concat([
    cipher.update(Buffer.concat([content, Buffer.alloc(pad, pad)])),
    cipher.final()
  ]).toString("base64")
  const signature = signed(callbackToken, timestamp, nonce, sealed)
  return `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`
}

interface Keys {
  readonly appid: string
  readonly callbackToken: string
  readonly encodingAesKey: string
}
