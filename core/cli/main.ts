import * as NodeRuntime from "@effect/platform-node-shared/NodeRuntime"
import { Cause, Effect, Exit, Runtime, Stdio } from "effect"
import { services, weir } from "./command.ts"

Stdio.Stdio.use(({ args }) => Effect.flatMap(args, weir)).pipe(
  Effect.provide(services),
  NodeRuntime.runMain({
    disableErrorReporting: true,
    // To be stopped is the good end of a command that serves; `serve` has then left its code.
    teardown: (exit, leave) =>
      Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)
        ? leave(Number(process.exitCode ?? 130))
        : Runtime.defaultTeardown(exit, leave)
  })
)
