import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { note } from "../counter.ts"
import type { Fault } from "../round.ts"
import type { Dress } from "../world.ts"

const library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"

/** Whether this machine has libfaketime. */
export const canJump = existsSync(library)

/** Within the five minutes that WeChat lets a clock be wrong, and far beyond. */
const jumps = { "240": 4, "-240": 4, "7200": 1, "-7200": 1, "86400": 1, "-86400": 1 }

const fileOf = (folder: string) => join(folder, "clock")

/** By a clock that others set; timers go on as they were. */
const byOurClock: Dress = ({ environment, ...at }) => {
  writeFileSync(fileOf(at.folder), "+0\n")
  const clock = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: fileOf(at.folder),
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1"
  }
  return { at: { ...at, environment: { ...environment, ...clock } } }
}

/** A gateway whose wall clock jumps, so many times, and is right in the end. */
export const wrongClock = (count: number): { readonly dress: Dress; readonly fault: Fault } => ({
  dress: byOurClock,
  fault: ({ chance, record, tally, world }) =>
    Effect.gen(function* () {
      const [gateway] = world.gateways
      if (gateway === undefined) return
      const set = (seconds: number) =>
        Effect.sync(() => {
          writeFileSync(fileOf(gateway.at.folder), `${seconds < 0 ? "" : "+"}${seconds}\n`)
          note(record, `the clock is ${seconds} s wrong`)
        })
      for (let done = 0; done < count; done++) {
        yield* set(Number(chance.pick(jumps)))
        tally.jumps++
        yield* Effect.sleep(chance.between(500, 4_000))
        yield* set(0)
        tally.jumps++
        yield* Effect.sleep(chance.between(500, 2_000))
      }
    })
})
