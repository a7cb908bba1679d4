import { Effect, Schema } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { ParkedTask } from "../tasks/parked.ts"
import { rfc3339 } from "../values/beijing.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { askRunning } from "./running.ts"

const Parked = Schema.fromJsonString(Schema.Array(ParkedTask))
const Done = Schema.fromJsonString(Schema.Struct({}))

const list = Effect.fnUntraced(function* (asJson: boolean) {
  const parked = yield* askRunning("/parked", Parked)
  yield* say(parked, asJson, (all) => (all.length === 0 ? ["nothing is parked"] : all.map(line)))
})

const line = ({ at, attempts, error, key }: ParkedTask) =>
  `${rfc3339(at)}  ${key}\n  ${error ?? "?"}, tried ${attempts} times`

const letGoOn = Effect.fnUntraced(function* (
  asJson: boolean,
  how: "replay" | "skip",
  { by, key }: { readonly by: string; readonly key: string }
) {
  yield* askRunning(`/parked/${how}`, Done, { key, by })
  yield* say({ key, how, by }, asJson, () => [
    `${how === "replay" ? "tried anew" : "left out"}: ${key}`
  ])
})

const key = Argument.String("key").pipe(Argument.withDescription("As `weir parked list` shows it"))
const by = Flag.String("by").pipe(Flag.withDescription("Who decides this"))

const going = (how: "replay" | "skip", what: string) =>
  Command.make(how, { json, key, by }, ({ by, json, key }) =>
    inMode()(letGoOn(json, how, { by, key }))
  ).pipe(Command.withDescription(what))

/** `weir parked` */
export const parked = Command.make("parked").pipe(
  Command.withDescription("What failed too often or was refused, and waits for a person"),
  Command.withSubcommands([
    Command.make("list", { json }, ({ json }) => inMode()(list(json))).pipe(
      Command.withDescription("What is parked, and why")
    ),
    going("replay", "Tries the first of a key anew, and then what is behind it"),
    going("skip", "Leaves the first of a key out for good, and goes on behind it")
  ])
)
