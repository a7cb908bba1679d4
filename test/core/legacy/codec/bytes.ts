import { readFileSync } from "node:fs"
import { Result, Schema } from "effect"
import { type Malformed, malformed } from "../../../../core/legacy/codec/two-way.ts"

/** The bytes of a recorded message. */
export const sample = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../../../fixtures/legacy/${name}`, import.meta.url)))

export const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"))

/** Why something cannot be read. */
export const unreadable = <T, E>(codec: Schema.Codec<T, E>, encoded: unknown): Malformed =>
  malformed(Result.getOrThrow(Result.flip(Schema.decodeUnknownResult(codec)(encoded))))

/** Why something cannot be written. */
export const unwritable = <T, E>(codec: Schema.Codec<T, E>, value: unknown): Malformed =>
  malformed(Result.getOrThrow(Result.flip(Schema.encodeUnknownResult(codec)(value))))
