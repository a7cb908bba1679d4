import { Effect } from "effect"
import { onSmallDisk } from "../../support/small-disk.ts"
import { note } from "../counter.ts"
import type { Fault } from "../round.ts"
import type { Dress } from "../world.ts"
import { recovers } from "./database.ts"

/** A disk that the books of a round fit on, and little more. */
const megabytes = 64

/** A gateway whose database is on a disk of its own, and what fills that disk to the last byte, so many times. */
export const fullDisk = (count: number): { readonly dress: Dress; readonly fault: Fault } => {
  let fill: ReturnType<typeof onSmallDisk>["fill"] = () => Effect.succeed(Effect.void)
  return {
    dress: (installation) => {
      const { at, below, copyBack, ...disk } = onSmallDisk(installation, megabytes)
      fill = disk.fill
      return { at, below, reveal: copyBack }
    },
    fault: (scene) =>
      Effect.gen(function* () {
        const { chance, record, tally, world } = scene
        const process = world.gateways[0]?.process
        if (process === undefined) return
        for (let done = 0; done < count; done++) {
          yield* Effect.sleep(chance.between(500, 2_000))
          const makeRoom = yield* fill(process)
          note(record, "the disk is full")
          yield* Effect.sleep(chance.between(200, 3_000))
          yield* makeRoom
          tally.fills++
          note(record, "the disk has room")
          yield* recovers(scene)
        }
      })
  }
}
