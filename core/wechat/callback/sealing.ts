import { Redacted } from "effect"
import type { Account, AccountCallback } from "../account.ts"
import { isSignature, keyOf, open, seal, signatureOf } from "./crypto.ts"
import { type Document, type Field, type Format, readFields, writeFields } from "./fields.ts"

/** What is wrong with something encrypted. */
type SealFlaw = "malformed" | "signature" | "decryption" | "another account"

/** Opens what was encrypted for an account, by its key or the one before, once its signature fits. */
export const unsealed = (
  encrypted: Field,
  signed: { readonly signature: string; readonly timestamp: string; readonly nonce: string },
  { appid }: Account,
  callback: AccountCallback
): Document | SealFlaw => {
  if (typeof encrypted !== "string") return "malformed"
  const { nonce, signature, timestamp } = signed
  if (!isSignature(signature, Redacted.value(callback.token), timestamp, nonce, encrypted))
    return "signature"
  const opened = keysOf(callback)
    .map((key) => open(encrypted, key))
    .find((opened) => opened !== undefined)
  if (opened === undefined) return "decryption"
  if (opened.appid !== appid) return "another account"
  return readFields(opened.content) ?? "malformed"
}

/** The key, and the one before it: pushes sealed with that may still be on their way. */
export const keysOf = ({ aesKey, previousAesKey }: AccountCallback): ReadonlyArray<Uint8Array> =>
  [aesKey, previousAesKey].flatMap((key) => (key === undefined ? [] : [keyOf(Redacted.value(key))]))

/** An answer as WeChat wants it in secure mode. The nonce may be the push's. */
export const sealed = (
  text: string,
  { format, nonce, now }: { readonly format: Format; readonly nonce: string; readonly now: number },
  { appid }: Account,
  callback: AccountCallback
): string => {
  const [key] = keysOf(callback)
  if (key === undefined) throw new Error("Nothing can come sealed where there is no key")
  const Encrypt = seal(text, { appid, key })
  const TimeStamp = String(Math.floor(now / 1000))
  const MsgSignature = signatureOf(Redacted.value(callback.token), TimeStamp, nonce, Encrypt)
  return writeFields({ format, fields: { Encrypt, MsgSignature, TimeStamp, Nonce: nonce } })
}
