import { type KeyObject, verify as verifySignature } from "node:crypto"
import { lines } from "./authorization.ts"

/** A key of WeChat's under the id by which `Wechatpay-Serial` names it: a public key or a platform certificate. */
export interface WechatKey {
  readonly id: string
  readonly key: KeyObject
  /** From when on and until when it signs, in UTC milliseconds; a public key has no end. */
  readonly from?: number
  readonly until?: number
  /** Of a certificate. */
  readonly pem?: string
}

/** Why a message cannot be taken for WeChat's. */
export type Flaw = "malformed" | "probe" | "unknown serial" | "stale" | "signature"

export type Headers = Readonly<Record<string, string>>

/** WeChat's own SDKs accept five minutes either way. */
const WINDOW = 300

const TYPE = "WECHATPAY2-SHA256-RSA2048"

/** Now and then WeChat signs wrongly on purpose, to see whether we look. */
const PROBE = "WECHATPAY/SIGNTEST/"

/**
 * Finds what keeps a message from being WeChat's, or nothing. The signature covers the raw bytes, so they are what is
 * looked at; the key is the one that the message names, as WeChat mixes keys while a merchant moves from one to another.
 */
export const flawOf = (
  keys: ReadonlyArray<WechatKey>,
  headers: Headers,
  body: Uint8Array,
  now: number
): Flaw | undefined => {
  const timestamp = headers["wechatpay-timestamp"] ?? ""
  const nonce = headers["wechatpay-nonce"] ?? ""
  const signature = headers["wechatpay-signature"] ?? ""
  const type = headers["wechatpay-signature-type"] ?? TYPE
  if (!/^\d{1,12}$/.test(timestamp) || !/^[!-~]{1,128}$/.test(nonce)) return "malformed"
  if (signature === "" || type !== TYPE) return "malformed"
  if (signature.startsWith(PROBE)) return "probe"
  const known = keys.find(({ id }) => id === headers["wechatpay-serial"])
  if (known === undefined) return "unknown serial"
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > WINDOW) return "stale"
  const bytes = Buffer.from(signature, "base64")
  // Node reads past what is not base64; a signature has one spelling.
  if (bytes.toString("base64") !== signature) return "signature"
  const text = Buffer.concat([Buffer.from(lines(timestamp, nonce)), body, Buffer.from("\n")])
  return verifySignature("RSA-SHA256", text, known.key, bytes) ? undefined : "signature"
}

/** Our clock against WeChat's, in words, when they differ by more than a minute: the usual cause of a refused signature. */
export const clockSkew = (headers: Headers, now: number): string | undefined => {
  const stamped = Number(headers["wechatpay-timestamp"] ?? Number.NaN) * 1000
  const theirs = Number.isNaN(stamped) ? Date.parse(headers.date ?? "") : stamped
  const seconds = Math.round((theirs - now) / 1000)
  if (Number.isNaN(seconds) || Math.abs(seconds) <= 60) return undefined
  return seconds > 0
    ? `our clock is ${seconds} s behind WeChat's`
    : `our clock is ${-seconds} s ahead of WeChat's`
}
