import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Console, Effect, Schema } from "effect"
import { makeKeys } from "../plugins/wechat-sandbox/keys.ts"
import { live, type Verdict } from "./seed.ts"

/** A world in which something was not as it must be. Its message is the command that shows it again, and the sentence that is not true. */
export class Broken extends Schema.TaggedError<Broken>()("Broken", {
  seed: Schema.Int,
  sentence: Schema.String,
  /** The file that tells what happened, line by line. */
  story: Schema.String
}) {
  override readonly message =
    `npm run simulate -- --seed ${this.seed}  # ${this.sentence} (the story: ${this.story})`
}

/** Key material lasts for a process: what a world does must not depend on it. */
const keys = makeKeys("1900012345", Date.parse("2026-01-01T00:00:00+08:00"))

/** Lives through `seeds` worlds, from `seed` on, and fails with the first in which something is wrong. */
export const simulate = Effect.fnUntraced(function* (worlds: {
  readonly seed: number
  readonly seeds: number
}) {
  const { seed: first, seeds } = worlds
  const ours = yield* keys
  const start = yield* Clock.currentTimeMillis
  for (let seed = first; seed < first + seeds; seed++) {
    const verdict = yield* Effect.promise((signal) => live(seed, ours, signal))
    const [sentence] = verdict.violations
    if (sentence !== undefined)
      return yield* new Broken({ seed, sentence: oneLine(sentence), story: tell(verdict) })
    const done = seed - first + 1
    if (seeds <= 20) yield* Console.log(`seed ${seed}: all is well (${verdict.hash})`)
    else if (done % 20 === 0 || done === seeds) {
      const seconds = ((yield* Clock.currentTimeMillis) - start) / 1000
      yield* Console.log(`${done} of ${seeds} seeds, ${(done / seconds).toFixed(1)} a second: all is well`)
    }
  }
})

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 500)

/** Leaves the story of a world where a person can read it. */
const tell = ({ seed, trace, violations }: Verdict): string => {
  const file = join(tmpdir(), `weir-simulation-${seed}.log`)
  writeFileSync(file, [...trace, "", ...violations, ""].join("\n"))
  return file
}
