import { Effect, Option, References } from "effect"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import { layer as logging } from "../observability/logger.ts"

/** The log of a command that serves: on stdout, and all of it that is worth knowing unless `--log-level` says otherwise. */
export const logged =
  (form: "json" | "text") =>
  <A, E, R>(serving: Effect.Effect<A, E, R>) =>
    Effect.flatMap(GlobalFlag.LogLevel, (said) =>
      serving.pipe(
        Effect.provide(logging(form)),
        Effect.provideService(
          References.MinimumLogLevel,
          Option.getOrElse(said, () => "Info" as const)
        )
      )
    )
