import { hash } from "node:crypto"
import { toBase32crockford } from "@exodus/bytes/base32.js"

/** 120 bits in 24 characters, without the letters that people mistake for digits at the phone. */
const fingerprint = (...parts: ReadonlyArray<string>): string =>
  // JSON quotes and separates the parts, so ["a", "bc"] and ["ab", "c"] stay apart.
  toBase32crockford(hash("sha256", JSON.stringify(parts), "buffer").subarray(0, 15))

/**
 * The merchant's own number of one attempt, the same on every machine. Attempts of one payment share all but the end:
 * `7K3QXA9M2TFB4N8WCDZ5R0HE-1`, `…-2`. WeChat Pay: `out_trade_no` has 6 to 32 letters, digits or `_-|*`.
 */
export const outTradeNo = (of: {
  readonly plugin: string
  readonly reference: string
  readonly part: string
  readonly attempt: number
}): string => {
  if (!Number.isInteger(of.attempt) || of.attempt < 1 || of.attempt > 9_999_999) {
    throw new RangeError(`Attempts are counted from 1 to 9999999, not ${of.attempt}`)
  }
  return `${fingerprint("payment", of.plugin, of.reference, of.part)}-${of.attempt}`
}

/** A payment goes by the number of its first attempt; any attempt's number tells it. */
export const firstNumberOf = (outTradeNo: string): string => outTradeNo.replace(/-\d+$/, "-1")

/** The merchant's own number of one intention to give money back. WeChat Pay: `out_refund_no` has at most 64 characters. */
export const outRefundNo = (of: {
  readonly plugin: string
  readonly reference: string
  readonly key: string
}): string => `R-${fingerprint("refund", of.plugin, of.reference, of.key)}`

/** Stands for a text that must not be kept: the same text has the same digest, and 120 bits tell any two apart. */
export const digest = (text: string): string => fingerprint("digest", text)
