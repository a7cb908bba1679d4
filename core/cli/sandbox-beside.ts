import { Effect, Schedule, Schema } from "effect"
import * as ChildProcess from "effect/process/ChildProcess"
import { sandboxUrl } from "../gateway/merchants.ts"
import type { GatewaySettings } from "../gateway/settings.ts"
import { Transport } from "../transport.ts"

/** The sandbox did not come up, so neither can the gateway that wants to talk to it. */
class NoSandbox extends Schema.TaggedError<NoSandbox>()("NoSandbox", {
  url: Schema.String,
  why: Schema.String
}) {
  override readonly message = `No WeChat sandbox answers at ${this.url}: ${this.why}`
}

/** Whether WeChat's part is played by the sandbox of this machine. */
export const isSandboxed = (settings: GatewaySettings): boolean => {
  const { mode, sandboxPort, wechatPayUrl } = settings
  if (mode !== "development") return false
  const { hostname, port } = wechatPayUrl ?? new URL(sandboxUrl(settings))
  return port === String(sandboxPort) && /^(localhost|127\..*|\[::1\])$/.test(hostname)
}

/** Finds the sandbox, or starts it as a process of its own that ends with the scope, and returns where it answers. */
export const sandboxBeside = Effect.fnUntraced(function* (settings: GatewaySettings) {
  const url = sandboxUrl(settings)
  if (yield* answers(url)) return url
  const child = yield* ChildProcess.make(process.execPath, sameProgram, {
    stdin: "pipe",
    stdout: "inherit",
    stderr: "inherit",
    forceKillAfter: "5 seconds"
  }).pipe(Effect.mapError(({ message }) => new NoSandbox({ url, why: message })))
  const gone = Effect.exit(child.exitCode)
  yield* answers(url).pipe(
    Effect.repeat({ until: (answers) => answers, schedule: Schedule.spaced("100 millis") }),
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () => new NoSandbox({ url, why: `it was started and said nothing for ${patience}` })
    }),
    Effect.raceFirst(
      Effect.andThen(
        gone,
        new NoSandbox({ url, why: "it was started and ended at once; see above" })
      )
    )
  )
  yield* Effect.forkScoped(
    Effect.andThen(
      gone,
      Effect.logWarning("The WeChat sandbox has ended: every payment will now be unknown")
    )
  )
  return url
})

/** Making its keys at the first start takes a while. */
const patience = "30 seconds"

const sameProgram = [
  ...process.execArgv,
  ...process.argv.slice(1, 2),
  "sandbox",
  "--leash",
  "--mode=development",
  "--log-level=warn"
]

const answers = (url: string) =>
  Transport.use((transport) =>
    transport.exchange({
      method: "GET",
      url: `${url}/credentials`,
      headers: {},
      timeout: "2 seconds"
    })
  ).pipe(
    Effect.map(({ status }) => status === 200),
    Effect.orElseSucceed(() => false)
  )
