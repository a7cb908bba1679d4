import { type ChildProcess, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Context, type Duration, Effect, type Scope, Semaphore } from "effect"
import { faultsOf } from "../../core/audit/audit.ts"

const root = new URL("../../", import.meta.url)
const launcher = new URL("core/cli/weir.js", root).pathname

/** What is installed: the launcher among its sources, or the one file that a build makes of them. */
export const Program = Context.Reference("weir/test/Program", { defaultValue: () => launcher })

/** Whether databases are audited when their installations go; not where a test forges one. */
export const Audited = Context.Reference("weir/test/Audited", { defaultValue: () => true })

/** Weir on a machine of its own, as far as files and ports go. */
export interface Installation {
  readonly folder: string
  readonly program: string
  readonly ports: Readonly<Record<"public" | "legacy" | "operator" | "sandbox" | "mis", number>>
  readonly environment: NodeJS.ProcessEnv
}

/** A fresh folder whose configuration is this repository's. `sandbox`: the port of a WeChat that several installations share. */
export const install = Effect.fnUntraced(function* (
  options: { readonly sandbox?: number; readonly like?: Installation } = {}
) {
  const folder = yield* temporaryFolder
  if (yield* Audited) yield* Effect.addFinalizer(() => sound(folder))
  const program = yield* Program
  if (options.like !== undefined) cpSync(options.like.folder, folder, { recursive: true })
  else furnish(folder, program)
  const [first = 0, legacy = 0, operator = 0, sandbox = 0, mis = 0] = yield* Effect.promise(() =>
    Promise.all([freePort(), freePort(), freePort(), options.sandbox ?? freePort(), freePort()])
  )
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    PORT: String(first),
    HOST: "127.0.0.1",
    LEGACY_PORT: String(legacy),
    OPERATOR_PORT: String(operator),
    SANDBOX_PORT: String(sandbox),
    MIS_PORT: String(mis),
    PUBLIC_URL: `http://127.0.0.1:${first}`,
    DATABASE_URL: `sqlite:${join(folder, "weir.db")}`,
    SANDBOX_DATABASE_URL: `sqlite:${join(folder, "sandbox.db")}`
  }
  const ports = { public: first, legacy, operator, sandbox, mis }
  return { folder, program, ports, environment } satisfies Installation
})

/** Whatever was done to an installation, what its database holds is true when it is over. */
const sound = (folder: string) =>
  Effect.gen(function* () {
    const file = join(folder, "weir.db")
    if (!existsSync(file)) return
    const faults = yield* Effect.orDie(faultsOf(`sqlite:${file}`))
    if (faults.length > 0) yield* Effect.die(new Error(faults.join("\n")))
  })

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-installed-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
)

/** A build brings its own core, so it reads a copy of the configuration; the sources are those of the repository. */
const furnish = (folder: string, program: string) => {
  const config = new URL("gateway.config.ts", root)
  const place = join(folder, "gateway.config.ts")
  if (program !== launcher) copyFileSync(config, place)
  else writeFileSync(place, `export { default } from ${JSON.stringify(config.href)}\n`)
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }\n`)
}

const given = new Set<number>()

/** Below the ports that the system gives to whoever connects, so that nobody takes it while its owner restarts. */
const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(12_000, 32_000)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once("error", () => resolve(false))
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)))
  })

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** One process of the launcher. */
export class Launched {
  readonly pid: number
  /** All it has said so far, on both of its outputs. */
  output = ""
  ended: Ended | undefined
  readonly end: Promise<Ended>
  readonly #child: ChildProcess

  constructor(child: ChildProcess) {
    this.#child = child
    this.pid = child.pid ?? 0
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text
      })
    this.end = new Promise((resolve) => {
      child.on("error", () => this.#conclude({ code: null, signal: null }, resolve))
      child.on("close", (code, signal) => this.#conclude({ code, signal }, resolve))
    })
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  /** What of its memory is in use, in MB. */
  get memory(): number {
    const [, kilobytes] =
      /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, "utf8")) ?? []
    return Number(kilobytes) / 1024
  }

  #conclude(how: Ended, resolve: (how: Ended) => void): void {
    this.ended ??= how
    resolve(this.ended)
  }
}

interface Options {
  /** Another program that runs it. */
  readonly below?: ReadonlyArray<string>
  /** What Node itself is told. */
  readonly node?: ReadonlyArray<string>
}

/** Runs the launcher in an installation until the scope ends, if it has not ended by then. */
const launch = (
  { environment, folder, program }: Installation,
  args: ReadonlyArray<string>,
  { below = [], node = [] }: Options = {}
): Effect.Effect<Launched, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const [first = "", ...rest] = [...below, process.execPath, ...node, program, ...args]
      const stdio = ["ignore", "pipe", "pipe"] as const
      return new Launched(spawn(first, rest, { cwd: folder, env: environment, stdio: [...stdio] }))
    }),
    (launched) =>
      Effect.promise(() => {
        launched.signal("SIGKILL")
        return launched.end
      })
  )

/** Two at a time: a start keeps a core busy, and more at once are ready no sooner. */
const turns = Semaphore.makeUnsafe(2)

/** The gateway, open and ready; beside it, its sandbox if none answers yet. */
export const start = Effect.fnUntraced(function* (
  at: Installation,
  { args = [], ...options }: Options & { readonly args?: ReadonlyArray<string> } = {}
) {
  const gateway = yield* launch(at, ["start", "--mode", "development", ...args], options)
  yield* answers(gateway, readiness(at))
  return gateway
}, turns.withPermit)

/** A WeChat that outlives the gateways. */
export const startSandbox = Effect.fnUntraced(function* (at: Installation) {
  const sandbox = yield* launch(at, ["sandbox", "--mode", "development", "--log-level", "warn"])
  yield* answers(sandbox, statusOf(`http://127.0.0.1:${at.ports.sandbox}/credentials`))
  return sandbox
}, turns.withPermit)

/** What the operator door says to those who ask whether work may be sent; nothing if it does not answer. */
export const readiness = ({ ports }: Installation) =>
  statusOf(`http://127.0.0.1:${ports.operator}/readyz`)

const statusOf = (url: string): Effect.Effect<number | undefined> =>
  Effect.promise(() =>
    fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      ({ status }) => status,
      () => undefined
    )
  )

const answers = (launched: Launched, status: Effect.Effect<number | undefined>) => {
  const said = () => new Error(`It does not answer:\n${launched.output}`)
  const ready = Effect.flatMap(status, (status) =>
    launched.ended === undefined
      ? Effect.succeed(status === 200 ? true : undefined)
      : Effect.die(said())
  )
  return Effect.catchDefect(eventually("it answers", ready, "60 seconds"), () => Effect.die(said()))
}

/** Runs a command of the launcher to its end. */
export const weir = Effect.fnUntraced(function* (at: Installation, ...args: ReadonlyArray<string>) {
  const command = yield* launch(at, args)
  const { code } = yield* Effect.promise(() => command.end)
  return { code, output: command.output }
}, Effect.scoped)

/** Asks a process to stop, and waits until it has. */
export const stop = Effect.fnUntraced(function* (launched: Launched) {
  launched.signal("SIGTERM")
  return yield* Effect.promise(() => launched.end)
})

export const kill = Effect.fnUntraced(function* (launched: Launched) {
  launched.signal("SIGKILL")
  return yield* Effect.promise(() => launched.end)
})

/** Looks until something has come about: ever again, but not so often that looking keeps it from coming. */
export const eventually = <A, R>(
  what: string,
  look: Effect.Effect<A | undefined, never, R>,
  within: Duration.Input = "20 seconds",
  pause: Duration.Input = "50 millis"
): Effect.Effect<A, never, R> => {
  const looking: Effect.Effect<A, never, R> = Effect.flatMap(look, (found) =>
    found === undefined ? Effect.andThen(Effect.sleep(pause), looking) : Effect.succeed(found)
  )
  return Effect.timeoutOrElse(looking, {
    duration: within,
    orElse: () => Effect.die(new Error(`It did not come about in time that ${what}`))
  })
}
