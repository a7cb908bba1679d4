import { type KeyObject, sign } from "node:crypto"
import { Context, Effect, Layer } from "effect"

const algorithm = "RSA-SHA256"

/** Signs with our private keys: SHA256withRSA (PKCS#1 v1.5), base64. */
export class Signer extends Context.Service<
  Signer,
  { sign(key: KeyObject, text: string): Effect.Effect<string> }
>()("weir/Signer") {
  /** On libuv's thread pool: a signature takes longer than all else a payment costs, and nobody else waits for it. */
  static readonly layer = Layer.succeed(Signer, {
    sign: (key, text) =>
      Effect.callback((resume) =>
        sign(algorithm, Buffer.from(text), key, (error, signature) =>
          resume(error ? Effect.die(error) : Effect.succeed(signature.toString("base64")))
        )
      )
  })

  /** In the loop, for simulated worlds: a thread pool answers in no particular order. */
  static readonly layerInLoop = Layer.succeed(Signer, {
    sign: (key, text) =>
      Effect.sync(() => sign(algorithm, Buffer.from(text), key).toString("base64"))
  })
}
