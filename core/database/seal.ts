import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  type KeyObject,
  randomBytes
} from "node:crypto"
import { Context, Effect, Layer, Redacted, Schema } from "effect"

/** A key that cannot seal. */
class BadSealKey extends Schema.TaggedError<BadSealKey>()("BadSealKey", {}) {
  override readonly message =
    "WEIR_SEAL_KEY must be 32 random bytes in base64: openssl rand -base64 32"
}

/**
 * Seals bytes that rest in the database (AES-256-GCM, a fresh nonce each), so that a copy of the database tells nothing. `about` names
 * where they belong, e.g. `weir_journal.body:ID`; they open nowhere else. Neither method waits, so both may be used inside a write.
 */
export class Seal extends Context.Service<
  Seal,
  {
    seal(bytes: Uint8Array, about: string): Uint8Array
    /** Throws when the bytes were changed, moved, or sealed with a key that is not here. */
    open(sealed: Uint8Array, about: string): Uint8Array
  }
>()("weir/Seal") {
  /** Seals with `key`; opens also what `older` keys sealed, so that keys can be changed while old rows remain. */
  static readonly layer = (
    key: Redacted.Redacted<string>,
    older: ReadonlyArray<Redacted.Redacted<string>> = []
  ) =>
    Layer.effect(
      Seal,
      Effect.gen(function* () {
        const first = yield* decode(key)
        const keys = new Map([[first.id, first]])
        for (const old of yield* Effect.forEach(older, decode)) keys.set(old.id, old)
        return Seal.of({
          seal: (bytes, about) => seal(first, bytes, about),
          open: (sealed, about) => {
            const id = Buffer.from(sealed.subarray(0, 4)).toString("hex")
            const known = keys.get(id)
            if (known === undefined) throw new Error(`No key ${id} to open what it sealed`)
            return open(known, sealed, about)
          }
        })
      })
    )
}

interface Key {
  /** The beginning of the key's hash: tells keys apart and nothing about them. */
  readonly id: string
  readonly secret: KeyObject
}

const decode = (key: Redacted.Redacted<string>): Effect.Effect<Key, BadSealKey> => {
  const bytes = Buffer.from(Redacted.value(key), "base64")
  return bytes.length === 32
    ? Effect.succeed({
        id: hash("sha256", bytes, "hex").slice(0, 8),
        secret: createSecretKey(bytes)
      })
    : new BadSealKey()
}

/** Drawn by the hundred, as each draw costs more than a short text's sealing. */
const freshNonce = (): Uint8Array => {
  if (drawn.length < 12) drawn = randomBytes(12 * 256)
  const nonce = drawn.subarray(0, 12)
  drawn = drawn.subarray(12)
  return nonce
}

let drawn: Buffer = Buffer.alloc(0)

// key id (4 bytes), nonce (12), tag (16), then the sealed bytes
const seal = (key: Key, bytes: Uint8Array, about: string): Uint8Array => {
  const nonce = freshNonce()
  const cipher = createCipheriv("aes-256-gcm", key.secret, nonce).setAAD(Buffer.from(about))
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()])
  return Buffer.concat([Buffer.from(key.id, "hex"), nonce, cipher.getAuthTag(), sealed])
}

const open = (key: Key, sealed: Uint8Array, about: string): Uint8Array => {
  const decipher = createDecipheriv("aes-256-gcm", key.secret, sealed.subarray(4, 16), {
    authTagLength: 16
  })
  decipher.setAAD(Buffer.from(about)).setAuthTag(sealed.subarray(16, 32))
  return Buffer.concat([decipher.update(sealed.subarray(32)), decipher.final()])
}
