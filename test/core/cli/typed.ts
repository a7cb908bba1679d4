import { ConfigProvider, Console, Effect, Layer } from "effect"
import { services, weir } from "../../../core/cli/command.ts"
import { temporaryFolder } from "../../support/wechat-sandbox.ts"

/** What a command said, and its exit code. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Types a command in this repository's folder, in this process, with these settings and no others. */
export const type = (line: string, settings: Readonly<Record<string, string>> = {}) => {
  const stdout: Array<string> = []
  const stderr: Array<string> = []
  const listening = Layer.succeed(Console.Console, {
    ...console,
    log: (...words: ReadonlyArray<unknown>) => void stdout.push(words.join(" ")),
    error: (...words: ReadonlyArray<unknown>) => void stderr.push(words.join(" "))
  })
  return weir(line.split(" ")).pipe(
    Effect.match({ onFailure: ({ code }) => code, onSuccess: () => 0 }),
    Effect.map((code): Ended => ({ code, stdout: stdout.join("\n"), stderr: stderr.join("\n") })),
    Effect.provide(
      Layer.merge(services, ConfigProvider.layer(ConfigProvider.fromUnknown(settings)))
    ),
    Effect.provide(listening)
  )
}

/** The settings of a developer with a database of their own, and no gateway running. */
export const developing = Effect.map(temporaryFolder, (folder) => ({
  WEIR_MODE: "development",
  DATABASE_URL: `sqlite:${folder}/weir.db`,
  // Nobody listens there.
  OPERATOR_PORT: "1"
}))
