import { writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Clock, Console, Effect, Schema } from "effect"
import { hire } from "./crew.ts"
import type { Verdict } from "./seed.ts"

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

/** Lives through `seeds` worlds, from `seed` on, and fails with the first in which something is wrong. */
export const simulate = Effect.fnUntraced(function* (worlds: {
  readonly seed: number
  readonly seeds: number
}) {
  const { seed: first, seeds } = worlds
  const next = yield* hire(Array.from({ length: seeds }, (_, index) => first + index))
  const start = yield* Clock.currentTimeMillis
  for (let done = 1; done <= seeds; done++) {
    const verdict = yield* next
    const { hash, seed, violations } = verdict
    const [sentence] = violations
    if (sentence !== undefined)
      return yield* new Broken({ seed, sentence: oneLine(sentence), story: tell(verdict) })
    const seconds = ((yield* Clock.currentTimeMillis) - start) / 1000
    if (seeds <= 20) yield* Console.log(`seed ${seed}: all is well, ${hash}`)
    else if (done % 20 === 0 || done === seeds)
      yield* Console.log(
        `${done} of ${seeds} seeds, ${(done / seconds).toFixed(1)} a second: all is well`
      )
  }
}, Effect.scoped)

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").slice(0, 500)

/** Leaves the story of a world where a person can read it. */
const tell = ({ seed, trace, violations }: Verdict): string => {
  const file = join(tmpdir(), `weir-simulation-${seed}.log`)
  writeFileSync(file, [...trace, "", ...violations, ""].join("\n"))
  return file
}
