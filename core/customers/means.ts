import { Clock, Effect, Random, Schema } from "effect"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Seal } from "../database/seal.ts"
import { newId } from "../values/ids.ts"
import type { Identity } from "./model.ts"

/** What the pool does besides SQL; none of it waits, so all of it may be done inside a write. */
export type Means = Effect.Success<typeof makeMeans>

export const makeMeans = Effect.gen(function* () {
  const { open, seal } = yield* Seal
  const pseudonyms = yield* Pseudonyms
  const random = yield* Random.Random
  const clock = yield* Clock.Clock
  const now = () => clock.currentTimeMillisUnsafe()
  return {
    now,
    newId: () => newId(now(), random),
    /** What an identity is found by; two ways of writing one phone are one. */
    pseudonymOf: ({ kind, value, within }: Identity) =>
      pseudonyms.of(kind, within, kind === "phone" ? bare(value) : value),
    pseudonym: (kind: "reference" | "payment" | "once", ...parts: ReadonlyArray<string>) =>
      pseudonyms.of(kind, ...parts),
    sealText: (text: string, place: string) => seal(Buffer.from(text), place),
    openText: (sealed: Uint8Array, place: string) => Buffer.from(open(sealed, place)).toString(),
    sealJson: (value: Schema.Json, place: string) => seal(Buffer.from(encode(value)), place),
    openJson: (sealed: Uint8Array, place: string) =>
      decode(Buffer.from(open(sealed, place)).toString())
  }
})

/** The digits alone, and China's own numbers without their country. */
const bare = (phone: string) => phone.replace(/\D/g, "").replace(/^(?:00)?86(?=1\d{10}$)/, "")

const json = Schema.fromJsonString(Schema.Json)
const encode = Schema.encodeSync(json)
const decode = Schema.decodeSync(json)
