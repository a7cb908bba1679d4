import { Console, Effect } from "effect"
import * as Flag from "effect/cli/Flag"

/** `--json`, for what other programs read as well. */
export const json = Flag.Boolean("json").pipe(
  Flag.withDefault(false),
  Flag.withDescription("As JSON, for programs")
)

/** Says a value as JSON, or in lines for people. */
export const say = <A>(value: A, asJson: boolean, lines: (value: A) => ReadonlyArray<string>) =>
  asJson
    ? Console.log(JSON.stringify(value, undefined, 2))
    : Effect.forEach(lines(value), (line) => Console.log(line), { discard: true })
