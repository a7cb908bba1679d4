import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { Worker } from "node:worker_threads"
import { Cause, Effect, Queue } from "effect"
import { makeKeys } from "../plugins/wechat-sandbox/keys.ts"
import type { Given, Verdict } from "./seed.ts"

/** What the worlds of one run are given. Their files are real, and in memory where there is such a place. */
export const given = Effect.gen(function* () {
  const place = existsSync("/dev/shm") ? "/dev/shm" : tmpdir()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(place, "weir-simulation-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  const keys = yield* makeKeys("1900012345", Date.parse("2026-01-01T00:00:00+08:00"))
  return { keys, folder } satisfies Given
})

/** Lives through worlds side by side, one on each core. What it returns takes what became of the next one to end. */
export const hire = Effect.fnUntraced(function* (seeds: ReadonlyArray<number>) {
  const workerData = yield* given
  const verdicts = yield* Queue.unbounded<Verdict>()
  const open = [...seeds]
  const worker = Effect.acquireRelease(
    Effect.sync(() => {
      const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData })
      const next = () => {
        const seed = open.shift()
        if (seed !== undefined) worker.postMessage(seed)
      }
      worker.on("message", (verdict: Verdict) => {
        Queue.offerUnsafe(verdicts, verdict)
        next()
      })
      worker.on("error", (error) => Queue.failCauseUnsafe(verdicts, Cause.die(error)))
      next()
      return worker
    }),
    (worker) => Effect.promise(() => worker.terminate())
  )
  for (let core = 0; core < Math.min(availableParallelism(), seeds.length); core++) yield* worker
  return Queue.take(verdicts)
})
