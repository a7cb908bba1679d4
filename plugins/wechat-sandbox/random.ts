import { Effect, Random } from "effect"

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const hex = letters.slice(0, 16)

const text = (alphabet: string) => (length: number) =>
  Effect.map(Random.Random, (random) =>
    Array.from(
      { length },
      () => alphabet[Math.floor(random.nextDoubleUnsafe() * alphabet.length)]
    ).join("")
  )

export const randomText = text(letters)
export const randomHex = text(hex)
export const randomDigits = text(letters.slice(0, 10))
