import { Context, Random } from "effect"

const bytes = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
const word = (value: number) =>
  `${bytes[value >>> 24]}${bytes[(value >>> 16) & 255]}${bytes[(value >>> 8) & 255]}${bytes[value & 255]}`

/** Ids of 64 random bits: enough to find one request in the logs, short enough to be read out on the phone. */
export const requestIds = (context: Context.Context<never>): (() => string) => {
  const random = Context.get(context, Random.Random)
  return () => word(random.nextIntUnsafe()) + word(random.nextIntUnsafe())
}

/** An id that comes from outside ends up in logs and headers. */
export const isRequestId = (text: string): boolean => /^[\w.-]{8,64}$/.test(text)
