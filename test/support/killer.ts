import { spawn, spawnSync } from "node:child_process"
import { Effect, type Scope } from "effect"
import { eventually, type Launched } from "./installation.ts"

/** Whether processes of this machine may be watched by strace, without which no kill can be placed. */
export const canPlaceKills = (() => {
  const script = "sleep 5 & exec timeout 0.5 strace -qq -o /dev/null -e trace=none -p $!"
  // Ended by us: it was watching. A refusal is quicker.
  return spawnSync("bash", ["-c", script]).status === 124
})()

/** The calls that make something durable. */
export const durable = "fsync,fdatasync"

/** Kills a process at its `nth` call from now on, before the call does anything; not at all if it never gets there. */
export const killAt = (
  launched: Launched,
  calls: string,
  nth: number
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const kill = `inject=${calls}:signal=SIGKILL:when=${nth}`
    const args = ["-f", "-o", "/dev/null", "-e", `trace=${calls}`, "-e", kill]
    let said = ""
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        const strace = spawn("strace", [...args, "-p", String(launched.pid)], {
          stdio: ["ignore", "ignore", "pipe"]
        })
        strace.stderr.setEncoding("utf8").on("data", (text: string) => {
          said += text
        })
        return strace
      }),
      (strace) => Effect.sync(() => strace.kill())
    )
    const attached = Effect.sync(() => (said.includes("attached") ? true : undefined))
    yield* eventually("strace watches the gateway", attached)
  })
