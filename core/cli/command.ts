import * as NodeChildProcessSpawner from "@effect/platform-node-shared/NodeChildProcessSpawner"
import * as NodeFileSystem from "@effect/platform-node-shared/NodeFileSystem"
import * as NodePath from "@effect/platform-node-shared/NodePath"
import * as NodeStdio from "@effect/platform-node-shared/NodeStdio"
import * as NodeTerminal from "@effect/platform-node-shared/NodeTerminal"
import { Console, Effect, Layer, References, Result } from "effect"
import * as CliConfig from "effect/cli/CliConfig"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import manifest from "../../package.json" with { type: "json" }
import { layer as logging } from "../observability/logger.ts"
import { Transport } from "../transport.ts"
import { Signer } from "../wechat/pay/signer.ts"
import { audit } from "./audit.ts"
import { backup } from "./backup.ts"
import { books } from "./books.ts"
import { doctor } from "./doctor.ts"
import { end } from "./ended.ts"
import { migrate } from "./migrate.ts"
import { ModeFlag } from "./mode.ts"
import { notices } from "./notices.ts"
import { parked } from "./parked.ts"
import { playedBy } from "./played.ts"
import { plugins } from "./plugins.ts"
import { presenter } from "./presenter.ts"
import { loadConfig } from "./project.ts"
import { refunds } from "./refunds.ts"
import { sandbox } from "./sandbox.ts"
import { simulate } from "./simulate.ts"
import { start } from "./start.ts"
import { todos } from "./todos.ts"

/** `weir` with these arguments. It says itself what went wrong, and fails with an exit code. */
export const weir = Effect.fnUntraced(function* (args: ReadonlyArray<string>) {
  const config = yield* Effect.result(loadConfig)
  const played = Result.isSuccess(config) ? playedBy(config.success) : []
  const command = Command.make("weir").pipe(
    Command.withDescription(
      "Lets the systems a company already has use WeChat without being rewritten"
    ),
    Command.withSubcommands([
      start,
      sandbox,
      ...played,
      doctor,
      audit,
      plugins,
      todos,
      notices,
      books,
      parked,
      refunds,
      backup,
      migrate,
      simulate
    ]),
    Command.withGlobalFlags([ModeFlag])
  )
  const run = Command.runWith(command, { version: manifest.version })
  return yield* run(args).pipe(
    Effect.tapError(({ _tag }) =>
      _tag === "ShowHelp" && Result.isFailure(config)
        ? Console.error(`Commands of plugins are missing: ${config.failure.message}`)
        : Effect.void
    ),
    Effect.catch(end),
    Effect.tapDefect((defect) => Effect.logFatal("Weir has a fault of its own", defect))
  )
})

/** All that commands stand on. */
export const services = Layer.mergeAll(
  Layer.provideMerge(
    NodeChildProcessSpawner.layer,
    Layer.mergeAll(NodeFileSystem.layer, NodePath.layer)
  ),
  NodeStdio.layer,
  NodeTerminal.layer,
  Transport.layer,
  Signer.layer,
  presenter,
  CliConfig.layer({ builtIns: GlobalFlag.BuiltIns.filter((flag) => flag !== GlobalFlag.Wizard) }),
  // `start` and `sandbox` have their own log. What other commands say on stdout may be read by a program.
  Layer.succeed(References.MinimumLogLevel, "Warn"),
  Layer.provide(logging("text"), Layer.succeed(Console.Console, { ...console, log: console.error }))
)
