import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { Cause, Effect, Exit } from "effect"
import type { SandboxKeys } from "../plugins/wechat-sandbox/keys.ts"
import { Chance } from "./chance.ts"
import { Loop } from "./loop.ts"
import { Trace } from "./trace.ts"
import { makeWorld } from "./world.ts"

/** What worlds are given that is not of their making: key material, and a place for files. Nothing in them depends on it. */
export interface Given {
  readonly keys: SandboxKeys
  readonly folder: string
}

/** What became of one world. */
export interface Verdict {
  readonly seed: number
  /** The same for every run of this seed. */
  readonly hash: string
  /** What was wrong, the first first. */
  readonly violations: ReadonlyArray<string>
  readonly trace: ReadonlyArray<string>
}

/** Eight in the morning of an ordinary day. */
const morning = Date.parse("2026-11-24T08:00:00+08:00")

/** Lives through the world of a seed. */
export const live = async (seed: number, given: Given): Promise<Verdict> => {
  const folder = join(given.folder, `seed-${seed}`)
  mkdirSync(folder)
  const loop = new Loop(morning)
  const trace = new Trace(() => loop.now)
  const violations: Array<string> = []
  const complain = (sentence: string) => void violations.push(sentence)
  const chance = new Chance(`seed ${seed}`)
  const { judge, story } = makeWorld({ loop, trace, chance, folder, complain }, given.keys)
  const telling = Effect.runForkWith(loop.context)(story)
  for (;;) {
    await loop.quiet()
    const exit = telling.pollUnsafe()
    if (exit !== undefined) {
      if (Exit.isFailure(exit) && violations.length === 0) complain(Cause.pretty(exit.cause))
      break
    }
    if (violations.length === 0) judge.look()
    if (violations.length > 0) telling.interruptUnsafe()
    if (!loop.wakeNext()) {
      complain("the world stands still")
      break
    }
  }
  rmSync(folder, { recursive: true })
  return { seed, hash: trace.hash, violations, trace: trace.lines }
}
