import { createDecipheriv } from "node:crypto"
import { Redacted } from "effect"
import type { Merchant } from "./merchant.ts"

/** What WeChat seals with the merchant's APIv3 key: the resource of a notify, a platform certificate. */
export interface Sealed {
  readonly ciphertext: string
  readonly nonce: string
  readonly associatedData: string
}

const TAG = 16

/**
 * Opens AEAD_AES_256_GCM, or answers nothing when the tag does not fit; with an authentic envelope that means a wrong key.
 * The key is the 32 bytes of the APIv3 key itself.
 */
export const open = (sealed: Sealed, apiV3Key: string): Uint8Array | undefined => {
  const bytes = Buffer.from(sealed.ciphertext, "base64")
  if (bytes.length < TAG) return undefined
  try {
    const decipher = createDecipheriv("aes-256-gcm", Buffer.from(apiV3Key), sealed.nonce, {
      authTagLength: TAG
    })
    decipher.setAuthTag(bytes.subarray(-TAG)).setAAD(Buffer.from(sealed.associatedData))
    return Buffer.concat([decipher.update(bytes.subarray(0, -TAG)), decipher.final()])
  } catch {
    return undefined
  }
}

/** Opens what is sealed with the merchant's APIv3 key, or with the one before it while the key is changed. */
export const openFor = (
  { apiV3Key, previousApiV3Key }: Pick<Merchant, "apiV3Key" | "previousApiV3Key">,
  sealed: Sealed
): Uint8Array | undefined =>
  open(sealed, Redacted.value(apiV3Key)) ??
  (previousApiV3Key === undefined ? undefined : open(sealed, Redacted.value(previousApiV3Key)))
