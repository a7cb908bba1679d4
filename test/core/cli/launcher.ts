import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

const root = join(import.meta.dirname, "../../..")
const launcher = join(root, "core/cli/weir.js")

/** What a command said, and how it ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder to start Weir in, with this repository's configuration or with one's own. */
export const folder = (
  config = `export { default } from ${JSON.stringify(join(root, "gateway.config.ts"))}`
) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const path = mkdtempSync(join(tmpdir(), "weir-cli-"))
      writeFileSync(join(path, "package.json"), `{ "type": "module" }`)
      if (config !== "") writeFileSync(join(path, "gateway.config.ts"), config)
      return path
    }),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }))
  )

type Settings = Readonly<Record<string, string>>

const start = (
  cwd: string,
  args: ReadonlyArray<string>,
  settings: Settings,
  program: ReadonlyArray<string>
) => {
  // Without the settings of whoever runs the tests.
  const { HOME = "", PATH = "" } = process.env
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { HOME, PATH, NO_COLOR: "1", ...settings }
  })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (stdout.includes(text)) resolve()
      }
      child.stdout.on("data", look)
      child.on("close", () => reject(new Error(`ended without "${text}":\n${stdout}${stderr}`)))
      look()
    })
  return {
    /** Asks it to stop, or ends it, and waits for that. */
    stop: (signal: "SIGTERM" | "SIGKILL") =>
      Effect.promise(() => {
        child.kill(signal)
        return ended
      }),
    ended: Effect.promise(() => ended),
    /** Until it has said this. */
    says: (text: string) => Effect.promise(() => says(text))
  }
}

/** The real launcher in a process of its own, or what else Node is told to run. */
export const launch = (
  cwd: string,
  args: ReadonlyArray<string>,
  settings: Settings = {},
  program: ReadonlyArray<string> = [launcher]
) =>
  Effect.acquireRelease(
    Effect.sync(() => start(cwd, args, settings, program)),
    ({ stop }) => stop("SIGKILL")
  )

/** Runs a command to its end. */
export const weir = (...command: Parameters<typeof launch>) =>
  Effect.flatMap(launch(...command), ({ ended }) => ended)

/** Ports that were free a moment ago. */
export const freePorts = (count: number): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async () => {
    const servers = await Promise.all(
      Array.from({ length: count }, () => {
        const server = createServer()
        return new Promise<typeof server>((resolve) =>
          server.listen(0, "127.0.0.1", () => resolve(server))
        )
      })
    )
    return servers.map((server) => {
      const address = server.address()
      server.close()
      return String(typeof address === "object" ? address?.port : 0)
    })
  })
