import { Console, Effect } from "effect"
import * as CliOutput from "effect/cli/CliOutput"

/** A wrong invocation is told in a line or two, on stderr, with where to read more; a screen of help would hide it. */
export const presenter = CliOutput.layerPresenter({
  present: (event) => {
    if (event._tag !== "InvalidInvocation") return CliOutput.defaultPresenter.present(event)
    const formatter = CliOutput.defaultFormatter({ colors: process.stderr.isTTY })
    return Effect.andThen(
      Console.error(formatter.formatErrors(event.errors)),
      Console.error(`\nSee: ${event.commandPath.join(" ")} --help`)
    )
  }
})
