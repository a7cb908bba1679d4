import { Effect } from "effect"
import { canPlaceKills } from "../support/killer.ts"
import type { Own } from "../support/mariadb.js"
import { canMount } from "../support/small-disk.ts"
import { canJump, wrongClock } from "./faults/clock.ts"
import { databaseDies } from "./faults/database.ts"
import { fullDisk } from "./faults/disk.ts"
import { kills } from "./faults/kills.ts"
import { pauses } from "./faults/pauses.ts"
import { type Setting, tills } from "./round.ts"
import { ofASale, ofWhatFollows, onTheLine, type Step, stepped } from "./steps.ts"
import type { Place } from "./world.ts"

export type Kind = "sqlite" | "mariadb"

/** What may be said about a run on the command line. */
export interface Wish {
  readonly place: Place
  /** The server of our own, where there is one. */
  readonly own: Own | undefined
  readonly tills: number
  readonly seed: number
}

/** A fault, the rounds in which it is tried, and how much is under way meanwhile. */
export interface Experiment {
  readonly what: string
  readonly on: ReadonlyArray<Kind>
  /** How many rounds a run has if nothing else is said, and how many of them go on side by side. */
  readonly rounds: number
  readonly beside: number
  readonly tills: number
  /** What this machine would need for it, where it lacks that. */
  readonly lacks?: string | undefined
  readonly setting: (wish: Wish) => Effect.Effect<Setting>
}

/** One till, one gateway, one kill: which one, the seed says. */
const step =
  (steps: ReadonlyArray<Step>): Experiment["setting"] =>
  ({ seed }) => {
    const one = steps[(seed - 1) % steps.length]
    return one === undefined ? Effect.die("There is no such step") : stepped(one)
  }

const alone = [...ofASale, ...ofWhatFollows]

/** People twenty times as quick as people are: a round is over sooner. */
const quick = 20

export const experiments: Readonly<Record<string, Experiment>> = {
  steps: {
    what: "a gateway is killed at each durable step of a sale, a reversal, a refund, a notify",
    on: ["sqlite"],
    rounds: alone.length,
    beside: 4,
    tills: 1,
    lacks: canPlaceKills ? undefined : "strace, and the right to use it",
    setting: step(alone)
  },
  line: {
    what: "a gateway is killed while WeChat has its sale, and it does not know",
    on: ["sqlite"],
    rounds: onTheLine.length,
    // What happens on the line strikes whoever comes next.
    beside: 1,
    tills: 1,
    setting: step(onTheLine)
  },
  kills: {
    what: "gateways are killed at any step, ten times a round",
    on: ["sqlite", "mariadb"],
    rounds: 30,
    beside: 3,
    tills: 16,
    setting: ({ place, tills: count }) =>
      Effect.succeed({
        place,
        gateways: place === "sqlite" ? 1 : 2,
        load: tills(count, quick),
        fault: kills(10)
      })
  },
  pauses: {
    what: "one of two gateways stands still for longer than its leases, four times a round",
    on: ["mariadb"],
    rounds: 6,
    beside: 2,
    tills: 16,
    setting: ({ place, tills: count }) =>
      Effect.succeed({
        place,
        gateways: 2,
        load: tills(count, quick),
        fault: pauses(4)
      })
  },
  database: {
    what: "the server of two gateways is killed and comes back, ten times a round",
    on: ["mariadb"],
    rounds: 3,
    beside: 1,
    tills: 16,
    setting: ({ own, place, tills: count }) => {
      if (own === undefined) return Effect.die("No server of our own can be killed")
      return Effect.succeed({
        place,
        gateways: 2,
        load: tills(count, quick),
        fault: databaseDies(own, 10),
        stores: "badly"
      })
    }
  },
  disk: {
    what: "the disk of a gateway is full, five times a round",
    on: ["sqlite"],
    rounds: 4,
    beside: 2,
    tills: 16,
    lacks: canMount ? undefined : "the right to mount a small disk",
    setting: ({ place, tills: count }) =>
      Effect.succeed({
        place,
        load: tills(count, quick),
        stores: "badly",
        ...fullDisk(5)
      })
  },
  clock: {
    what: "the wall clock of a gateway jumps, up to a day, ten times there and back a round",
    on: ["sqlite"],
    rounds: 3,
    beside: 3,
    tills: 16,
    lacks: canJump ? undefined : "libfaketime (apt-get install faketime)",
    setting: ({ place, tills: count }) =>
      Effect.succeed({
        place,
        load: tills(count, quick),
        ...wrongClock(10)
      })
  },
  crowd: {
    what: "two gateways, a thousand tills: one stands still while the other is killed, five times",
    on: ["mariadb"],
    rounds: 1,
    beside: 1,
    tills: 1_000,
    // People of a usual pace: a thousand tills are some forty sales a second as it is.
    setting: ({ place, tills: count }) =>
      Effect.succeed({
        place,
        gateways: 2,
        load: tills(count, 1),
        fault: pauses(5, 2)
      })
  }
}
