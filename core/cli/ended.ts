import { Console, Effect, Runtime, Schema } from "effect"
import * as CliError from "effect/cli/CliError"

/** How a command ends that has said on stderr why: by its exit code. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = this.code
  override readonly [Runtime.errorReported] = false
}

// sysexits.h: EX_USAGE is 64 there, but shells and most programs say 2. EX_CONFIG is 78.
const usage = 2
const configuration = 78

const ofTheConfiguration: ReadonlySet<string> = new Set([
  "NoConfig",
  "ConfigInvalid",
  "WrongMode",
  "BadSealKey"
])

/** Says why a command failed, in its error's own words, and what its exit code is. */
export const end = (error: {
  readonly _tag: string
  readonly message: string
}): Effect.Effect<never, Ended> => {
  if (error instanceof Ended) return error
  if (CliError.isCliError(error) && error._tag === "ShowHelp")
    return new Ended({ code: error.errors.length > 0 ? usage : 0 })
  const code = ofTheConfiguration.has(error._tag) ? configuration : 1
  return Effect.andThen(Console.error(error.message), new Ended({ code }))
}
