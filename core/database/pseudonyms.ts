import { createHmac, createSecretKey, randomBytes } from "node:crypto"
import { Context, Effect, Layer, Schema } from "effect"
import { Database } from "./database.ts"
import { Seal } from "./seal.ts"
import { remember } from "./settings.ts"

/** What this database holds was sealed with another key. */
class WrongSealKey extends Schema.TaggedError<WrongSealKey>()("WrongSealKey", {}) {
  override readonly message =
    "WEIR_SEAL_KEY is not the key this database was sealed with; nothing in it could be read"
}

/**
 * Names for what must be found again and never be read: an openid, a phone, an old system's reference. The key is made once for each
 * database and rests in it sealed, so a copy of the database alone tells neither who it is nor whether it is a given one.
 */
export class Pseudonyms extends Context.Service<
  Pseudonyms,
  {
    /** The same parts have the same pseudonym, in this database alone: 160 bits in hexadecimal. Does not wait. */
    of(...parts: ReadonlyArray<string>): string
  }
>()("weir/Pseudonyms") {
  static readonly layer = Layer.effect(
    Pseudonyms,
    Effect.gen(function* () {
      const database = yield* Database
      const seal = yield* Seal
      const made = Buffer.from(seal.seal(randomBytes(32), place)).toString("base64")
      const kept = yield* database.write("settings", (sql) => remember(sql, name, made))
      const key = yield* Effect.try({
        try: () => createSecretKey(seal.open(Buffer.from(kept, "base64"), place)),
        catch: () => new WrongSealKey()
      })
      return Pseudonyms.of({
        // JSON quotes and separates the parts, so ["a", "bc"] and ["ab", "c"] stay apart.
        of: (...parts) =>
          createHmac("sha256", key).update(JSON.stringify(parts)).digest("hex").slice(0, 40)
      })
    })
  )
}

const name = "pseudonym-key"
const place = `weir_settings.value:${name}`
