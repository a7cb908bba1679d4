import { Effect, Random } from "effect"

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/** 32 letters and digits that make a signature unlike any other. */
export const makeNonce = Effect.map(Random.Random, (random) =>
  Array.from({ length: 32 }, () => ALPHABET[Math.floor(random.nextDoubleUnsafe() * 62)]).join("")
)
