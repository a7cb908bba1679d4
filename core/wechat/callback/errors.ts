import { Schema } from "effect"
import type { Flaw } from "./verification.ts"

const refusals = {
  malformed: [400, "it is not in the form of WeChat's requests"],
  "too large": [413, "no push is as large"],
  stale: [403, "its timestamp is more than five minutes off"],
  "not encrypted": [403, "this account takes encrypted messages only"],
  signature: [403, "its signature does not fit"],
  decryption: [403, "it cannot be decrypted: wrong EncodingAESKey?"],
  "another account": [403, "it is meant for another account"],
  replayed: [409, "this very request was taken before"]
} as const satisfies Record<Flaw | "replayed", readonly [status: number, why: string]>

/** A request to the callback that cannot be taken for WeChat's, or not for a new one. Nothing of it is stored. */
export class CallbackRefused extends Schema.TaggedError<CallbackRefused>()("CallbackRefused", {
  reason: Schema.Literals([
    "malformed",
    "too large",
    "stale",
    "not encrypted",
    "signature",
    "decryption",
    "another account",
    "replayed"
  ])
}) {
  readonly status = refusals[this.reason][0]
  override readonly message = `Refused: ${refusals[this.reason][1]}`
}

/** It could not be stored in time, so it is not acknowledged: WeChat asks again. */
export class CallbackNotStored extends Schema.TaggedError<CallbackNotStored>()(
  "CallbackNotStored",
  {}
) {
  readonly status = 503
  override readonly message = "The push could not be stored in time; send it again"
}
