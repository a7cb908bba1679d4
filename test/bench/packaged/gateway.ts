import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { freePorts } from "../../core/cli/launcher.ts"
import { credentials } from "./wechat.ts"

const sealKey = randomBytes(32).toString("base64")
const root = join(import.meta.dirname, "../../..")

/** Where a bundled Weir is started again and again, each time in the same mind. */
export interface Place {
  readonly cwd: string
  readonly bundle: string
  readonly settings: Readonly<Record<string, string>>
}

export interface Started {
  readonly child: ChildProcess
  /** From the start of the process until its doors were open. */
  readonly milliseconds: number
}

/** This WeChat takes whatever comes: what is measured is Weir, not WeChat's limits. */
const withoutLimits = (config: string) =>
  config.includes("merchantLimits")
    ? config
    : config.replace(
        "...env.gateway,",
        "...env.gateway,\n  merchantLimits: { orders: 100_000, codepay: 100_000, queries: 100_000 },"
      )

/** Builds Weir and gives out folders to start it in; `wechat` is the address of WeChat Pay. */
export const openPlaces = (wechat: string) => {
  const temporary = mkdtempSync(join(tmpdir(), "weir-bench-"))
  const bundle = join(temporary, "weir.js")
  execFileSync(process.execPath, [join(root, "config/build.js"), bundle])
  return {
    close: () => rmSync(temporary, { recursive: true, force: true }),
    /** `config`: the file that says which plugins run; this repository's, unless said. */
    place: async (
      name: string,
      databaseUrl = "sqlite:.data/weir.db",
      config = join(root, "gateway.config.ts")
    ): Promise<Place> => {
      const cwd = join(temporary, name)
      mkdirSync(cwd)
      // What stands elsewhere here lies beside it there.
      const text = withoutLimits(readFileSync(config, "utf8")).replace(
        /"[./]+\/config\/env\.ts"/,
        '"./config/env.ts"'
      )
      writeFileSync(join(cwd, "gateway.config.ts"), text)
      const ports = await Effect.runPromise(freePorts(4))
      const [PORT = "", LEGACY_PORT = "", OPERATOR_PORT = "", MIS_PORT = ""] = ports
      const settings = {
        HOME: process.env.HOME ?? "",
        PATH: process.env.PATH ?? "",
        HOST: "127.0.0.1",
        PORT,
        LEGACY_PORT,
        OPERATOR_PORT,
        MIS_PORT,
        PUBLIC_URL: "https://weir.example",
        POS_SECRET: "pos-dummy-key",
        WEIR_SEAL_KEY: sealKey,
        WECHAT_PAY_URL: wechat,
        DATABASE_URL: databaseUrl,
        ...credentials
      }
      return { cwd, bundle, settings }
    }
  }
}

/** Starts Weir in production and waits until it says that it is open. Its log is read and dropped, as whoever collects logs does. */
export const start = async ({ bundle, cwd, settings }: Place): Promise<Started> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [bundle, "start"], {
    cwd,
    env: settings,
    stdio: ["ignore", "pipe", "inherit"]
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (chunk) => {
      if (String(chunk).includes("Weir is open")) resolve()
    })
    child.once("exit", (code) => reject(new Error(`Weir ended with ${code} before it was open`)))
  })
  return { child, milliseconds: performance.now() - begun }
}

export const stop = async ({ child }: Started): Promise<void> => {
  child.kill("SIGTERM")
  await once(child, "exit")
}

/** User and system time of a process so far, in microseconds. */
export const cpuOf = ({ child }: Started): number => {
  const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8")
  // From the third field on; the second is a name that may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/** Microseconds of CPU. */
export const costOf = (times: number, run: () => void) => {
  const before = process.cpuUsage()
  for (let time = 0; time < times; time++) run()
  const { system, user } = process.cpuUsage(before)
  return (user + system) / times
}

export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
