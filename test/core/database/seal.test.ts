import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted } from "effect"
import { Seal } from "../../../core/database/seal.ts"

const newKey = () => Redacted.make(randomBytes(32).toString("base64"))
const sealWith = (...[key, older]: Parameters<typeof Seal.layer>) =>
  Effect.map(Layer.build(Seal.layer(key, older)), (services) => Context.get(services, Seal))

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

describe("a seal", () => {
  it.effect("gives back what it sealed, where it was sealed", () =>
    Effect.gen(function* () {
      const seal = yield* sealWith(newKey())
      for (const clear of ["", "a", "付款码 134567890123456789"]) {
        const sealed = seal.seal(bytes(clear), "row:1")
        assert.strictEqual(text(seal.open(sealed, "row:1")), clear)
        assert.throws(() => seal.open(sealed, "row:2"))
      }
    })
  )

  it.effect("never looks the same twice and shows nothing", () =>
    Effect.gen(function* () {
      const seal = yield* sealWith(newKey())
      const [one, two] = [seal.seal(bytes("secret"), "row"), seal.seal(bytes("secret"), "row")]
      assert.notDeepEqual(one, two)
      assert.notInclude(Buffer.from(one).toString("latin1"), "secret")
    })
  )

  it.effect("opens nothing of which one bit was changed", () =>
    Effect.gen(function* () {
      const seal = yield* sealWith(newKey())
      const sealed = seal.seal(bytes("one fen"), "row")
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const changed = Uint8Array.from(sealed)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        assert.throws(() => seal.open(changed, "row"))
      }
      for (let length = 0; length < sealed.length; length++)
        assert.throws(() => seal.open(sealed.subarray(0, length), "row"))
    })
  )

  it.effect("changes its key and still opens what the older one sealed", () =>
    Effect.gen(function* () {
      const [older, newer] = [newKey(), newKey()]
      const sealed = (yield* sealWith(older)).seal(bytes("old"), "row")
      const rotated = yield* sealWith(newer, [older])
      assert.strictEqual(text(rotated.open(sealed, "row")), "old")
      const resealed = rotated.seal(bytes("new"), "row")
      assert.strictEqual(text((yield* sealWith(newer)).open(resealed, "row")), "new")
      assert.throws(
        () => Effect.runSync(Effect.scoped(sealWith(newer))).open(sealed, "row"),
        /No key/
      )
    })
  )

  it.effect("wants a key of 32 bytes and says how to make one", () =>
    Effect.gen(function* () {
      for (const key of ["", "c2hvcnQ=", randomBytes(33).toString("base64")]) {
        const error = yield* Effect.flip(sealWith(Redacted.make(key)))
        assert.include(error.message, "openssl rand -base64 32")
        if (key !== "") assert.notInclude(error.message, key)
      }
    })
  )
})
