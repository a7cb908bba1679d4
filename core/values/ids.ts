import type { Random } from "effect"

/** Ids begin with the time, so that new rows lie together on the disk. */
export const newId = (now: number, random: Random.Random): string =>
  `${hex(now, 12)}${hex(random.nextDoubleUnsafe() * 2 ** 32, 8)}${hex(random.nextDoubleUnsafe() * 2 ** 32, 8)}`

const hex = (value: number, length: number) => Math.floor(value).toString(16).padStart(length, "0")
