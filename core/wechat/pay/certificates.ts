import { X509Certificate } from "node:crypto"
import { Option, Schema } from "effect"
import type { Incoming } from "../../transport.ts"
import { openFor } from "./encryption.ts"
import type { Merchant } from "./merchant.ts"
import { flawOf, type WechatKey } from "./verification.ts"

/** A platform certificate of WeChat's, as it is kept. */
export interface Certificate extends WechatKey {
  readonly pem: string
  /** In UTC milliseconds. */
  readonly from: number
  readonly until: number
}

const Listed = Schema.Struct({
  data: Schema.Array(
    Schema.Struct({
      serial_no: Schema.String.check(Schema.isMaxLength(64)),
      encrypt_certificate: Schema.Struct({
        algorithm: Schema.Literal("AEAD_AES_256_GCM"),
        nonce: Schema.String.check(Schema.isMaxLength(16)),
        associated_data: Schema.String.check(Schema.isMaxLength(16)),
        ciphertext: Schema.String.check(Schema.isMaxLength(16_384))
      })
    })
  ).check(Schema.isMaxLength(20))
})
const readListed = Schema.decodeUnknownOption(Schema.fromJsonString(Listed))

/** A certificate, if it is one that could be WeChat's: RSA, strong enough, and of this serial number. */
export const certificateOf = (pem: string, serial: string): Certificate | undefined => {
  try {
    const { publicKey: key, serialNumber, validFrom, validTo } = new X509Certificate(pem)
    const strong =
      key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048
    if (!strong || serialNumber.toUpperCase() !== serial.toUpperCase()) return undefined
    return { id: serialNumber, key, pem, from: Date.parse(validFrom), until: Date.parse(validTo) }
  } catch {
    return undefined
  }
}

/**
 * Opens WeChat's list of certificates, or says why not. They are sealed with our APIv3 key, so nobody else has made them; and the
 * answer is signed with one of them or one we know. They come from the issuer of those we know.
 */
export const openList = (
  merchant: Merchant,
  known: ReadonlyArray<WechatKey & { readonly pem?: string }>,
  answer: Incoming,
  now: number
): ReadonlyArray<Certificate> | string => {
  const read = readListed(Buffer.from(answer.body).toString())
  if (Option.isNone(read)) return "the list cannot be read"
  const opened: Array<Certificate> = []
  for (const { encrypt_certificate: it, serial_no } of read.value.data) {
    const sealed = { ...it, associatedData: it.associated_data }
    const plain = openFor(merchant, sealed)
    if (plain === undefined) return "it cannot be decrypted: wrong APIv3 key?"
    const certificate = certificateOf(Buffer.from(plain).toString(), serial_no)
    if (certificate === undefined) return `${serial_no} is no certificate of this number`
    if (certificate.until > now) opened.push(certificate)
  }
  const issuers = new Set(known.flatMap(({ pem }) => (pem === undefined ? [] : [issuerOf(pem)])))
  const stranger = opened.find(({ pem }) => issuers.size > 0 && !issuers.has(issuerOf(pem)))
  if (stranger !== undefined) return `${stranger.id} is of another issuer than those before it`
  const flaw = flawOf([...known, ...opened], answer.headers, answer.body, now)
  return flaw === undefined ? opened : `the list is not WeChat's: ${flaw}`
}

const issuerOf = (pem: string) => new X509Certificate(pem).issuer
