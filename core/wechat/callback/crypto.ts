import { createCipheriv, createDecipheriv, hash, randomBytes, timingSafeEqual } from "node:crypto"

/**
 * The 32 bytes of an EncodingAESKey, 43 letters and digits. Its last one often carries bits that are thrown away, which strict
 * decoders refuse; Node's does not.
 */
export const keyOf = (encodingAesKey: string): Uint8Array =>
  Buffer.from(`${encodingAesKey}=`, "base64")

/** SHA-1 over the sorted parts, in hexadecimal: `signature` of token, timestamp and nonce, `msg_signature` with the ciphertext too. */
export const signatureOf = (...parts: ReadonlyArray<string>): string =>
  // WeChat sorts bytes; JavaScript by itself sorts UTF-16.
  hash("sha1", Buffer.concat(parts.map((part) => Buffer.from(part)).toSorted(Buffer.compare)))

/** Takes as long for a signature that is nearly right as for any other. */
export const isSignature = (given: string, ...parts: ReadonlyArray<string>): boolean => {
  const wanted = Buffer.from(signatureOf(...parts))
  const bytes = Buffer.from(given)
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
}

/** Blocks are filled up to 32 bytes, twice what AES needs, so Node must not look at the filling. */
const BLOCK = 32
const RANDOM = 16
const HEAD = RANDOM + 4

/** What was encrypted, and for which account. */
export interface Opened {
  readonly content: Uint8Array
  readonly appid: string
}

/** Opens what WeChat encrypted with a key: 16 random bytes, the length, the content, the appid. Nothing, if this is not the key. */
export const open = (encrypted: string, key: Uint8Array): Opened | undefined => {
  const bytes = Buffer.from(encrypted, "base64")
  if (bytes.length === 0 || bytes.length % 16 !== 0) return undefined
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()])
  const filling = plain.at(-1) ?? 0
  if (filling < 1 || filling > BLOCK || filling + HEAD > plain.length) return undefined
  const end = plain.length - filling
  if (plain.subarray(end).some((byte) => byte !== filling)) return undefined
  const length = plain.readUInt32BE(RANDOM)
  if (length > end - HEAD) return undefined
  return {
    content: plain.subarray(HEAD, HEAD + length),
    appid: plain.subarray(HEAD + length, end).toString()
  }
}

/** Encrypts as WeChat does. `random`: 16 bytes, for vectors. */
export const seal = (
  content: string,
  { appid, key, random = randomBytes(RANDOM) }: SealedWith
): string => {
  const bytes = Buffer.from(content)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  const plain = Buffer.concat([random, length, bytes, Buffer.from(appid)])
  const filling = BLOCK - (plain.length % BLOCK)
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(filling, filling)),
    cipher.final()
  ]).toString("base64")
}

interface SealedWith {
  readonly appid: string
  readonly key: Uint8Array
  readonly random?: Uint8Array
}
