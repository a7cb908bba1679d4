/**
 * How long Weir takes until its doors are open in production, from the sources and from the bundle, as multiples of `node -e 0`, and what
 * memory each holds two seconds later. All take turns, so that a noisy machine is noisy to all.
 *
 * `node test/bench/start.ts [rounds]`
 */
import { execFileSync, spawn } from "node:child_process"
import { generateKeyPairSync, randomBytes } from "node:crypto"
import { once } from "node:events"
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import { freePorts } from "../core/cli/launcher.ts"

const rounds = Number(process.argv[2] ?? 7)
const root = join(import.meta.dirname, "../..")
const goals = { sources: 24, bundle: 10, idleMegabytes: 128 }

const pair = () =>
  generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" }
  })

const [PORT, LEGACY_PORT, OPERATOR_PORT, MIS_PORT] = await Effect.runPromise(freePorts(4))
const settings = {
  HOME: process.env.HOME,
  PATH: process.env.PATH,
  HOST: "127.0.0.1",
  PORT,
  LEGACY_PORT,
  OPERATOR_PORT,
  MIS_PORT,
  PUBLIC_URL: "https://weir.example",
  POS_SECRET: "secret",
  WEIR_SEAL_KEY: randomBytes(32).toString("base64"),
  WECHAT_PAY_URL: "https://wechat.invalid",
  WECHAT_APP_ID: "wx0123456789abcdef",
  WECHAT_MERCHANT_ID: "1900000001",
  WECHAT_MERCHANT_SERIAL: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
  WECHAT_MERCHANT_KEY: pair().privateKey,
  WECHAT_API_V3_KEY: randomBytes(16).toString("hex"),
  WECHAT_PAY_PUBLIC_KEY_ID: "PUB_KEY_ID_0119000000012026112400000001",
  WECHAT_PAY_PUBLIC_KEY: pair().publicKey
}

const temporary = mkdtempSync(join(tmpdir(), "weir-start-"))
const bundle = join(temporary, "weir.js")
execFileSync(process.execPath, [join(root, "config/build.js"), bundle])

/** Each in a folder of its own with a database of its own, which the first start makes. */
const folder = (name: string, prepare: (path: string) => void) => {
  const path = join(temporary, name)
  mkdirSync(path)
  prepare(path)
  return path
}

const programs = {
  sources: {
    launcher: join(root, "core/cli/weir.js"),
    cwd: folder("sources", (path) => {
      const config = join(root, "gateway.config.ts")
      writeFileSync(join(path, "package.json"), `{ "type": "module" }`)
      writeFileSync(join(path, "gateway.config.ts"), `export { default } from "${config}"`)
    })
  },
  bundle: {
    launcher: bundle,
    cwd: folder("bundle", (path) =>
      copyFileSync(join(root, "gateway.config.ts"), join(path, "gateway.config.ts"))
    )
  }
}

interface Started {
  readonly milliseconds: number
  readonly megabytes: number
}

const start = async ({ cwd, launcher }: (typeof programs)["bundle"]): Promise<Started> => {
  const begun = performance.now()
  const child = spawn(process.execPath, [launcher, "start"], {
    cwd,
    env: settings,
    stdio: ["ignore", "pipe", "inherit"]
  })
  for await (const chunk of child.stdout) if (String(chunk).includes("Weir is open")) break
  const milliseconds = performance.now() - begun
  await setTimeout(2_000)
  const [, kilobytes = Number.NaN] =
    /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? []
  child.kill("SIGTERM")
  await once(child, "exit")
  return { milliseconds, megabytes: Number(kilobytes) / 1024 }
}

const nothing = async (): Promise<number> => {
  const begun = performance.now()
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit")
  return performance.now() - begun
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const bare: Array<number> = []
const taken: Record<keyof typeof programs, Array<Started>> = { sources: [], bundle: [] }
for (let round = 0; round <= rounds; round++) {
  const least = await nothing()
  const sources = await start(programs.sources)
  const bundled = await start(programs.bundle)
  // The first round makes databases and fills caches.
  if (round === 0) continue
  bare.push(least)
  taken.sources.push(sources)
  taken.bundle.push(bundled)
}
rmSync(temporary, { recursive: true, force: true })

const base = median(bare)
console.log(`node -e 0: ${base.toFixed(0)} ms; medians of ${rounds}`)
for (const name of ["sources", "bundle"] as const) {
  const time = median(taken[name].map(({ milliseconds }) => milliseconds))
  const memory = median(taken[name].map(({ megabytes }) => megabytes))
  console.log(
    `${name.padEnd(8)} ready after ${time.toFixed(0)} ms, ${(time / base).toFixed(1)} × (${goals[name]} at most); ` +
      `idle ${memory.toFixed(0)} MB${name === "bundle" ? ` (${goals.idleMegabytes} at most)` : ""}`
  )
}
