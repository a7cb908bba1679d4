import { Effect, Option, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Proposal } from "../notices/proposing.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { askRunning } from "./running.ts"

const Proposals = Schema.fromJsonString(Schema.Array(Proposal))

class HalfAChoice extends Schema.TaggedError<HalfAChoice>()("HalfAChoice", {}) {
  override readonly message = "--notice and --template go together: which notice is said by which"
}

interface Choice {
  readonly notice: Option.Option<string>
  readonly template: Option.Option<string>
}

/** The running gateway is asked: it alone has the tokens, and on SQLite the database. */
const run = Effect.fnUntraced(function* (asJson: boolean, wish: boolean, choice: Choice) {
  const [notice, template] = [choice.notice, choice.template].map(Option.getOrUndefined)
  if ((notice === undefined) !== (template === undefined)) return yield* new HalfAChoice()
  const apply = wish || notice !== undefined
  const body = { apply, ...(notice !== undefined && { choice: { notice, template } }) }
  const proposals = yield* askRunning("/notices/templates", Proposals, apply ? body : undefined)
  yield* say(proposals, asJson, (all) => [
    ...(all.length === 0 ? ["no account has a template for a notice of any plugin"] : []),
    ...all.flatMap((one) => lines(one, apply)),
    ...(!apply && all.some(({ state }) => state === "new")
      ? ["weir notices map --apply makes the new choices"]
      : []),
    ...(all.some(({ state }) => state === "doubtful")
      ? ["weir notices map --notice plugin.notice --template id makes a doubtful one"]
      : [])
  ])
})

const lines = (
  { account, fields, kind, lacking, notice, plugin, state, template, title }: Proposal,
  applied: boolean
) => [
  `${marks(applied)[state].padEnd(9)} ${plugin}.${notice}  ${account}  ${kind}  ${title}  ${template}`,
  ...Object.entries(fields).map(([key, name]) => `  ${key.padEnd(20)} ← ${name}`),
  ...lacking.map((key) => `  ${key.padEnd(20)} ← nothing`)
]

const marks = (applied: boolean) => ({
  new: applied ? "chosen" : "new",
  chosen: "kept",
  doubtful: "doubtful",
  unusable: "unusable"
})

const apply = Flag.Boolean("apply").pipe(
  Flag.withDefault(false),
  Flag.withDescription("Makes the choices that are new")
)

const notice = Flag.String("notice").pipe(
  Flag.optional,
  Flag.withDescription("The notice that a person chooses a template for: plugin.notice")
)

const template = Flag.String("template").pipe(
  Flag.optional,
  Flag.withDescription("The id of that template")
)

const map = Command.make(
  "map",
  { json, apply, notice, template },
  ({ apply, json, notice, template }) => inMode()(run(json, apply, { notice, template }))
).pipe(Command.withDescription("Proposes which template of which account says which notice"))

/** `weir notices` */
export const notices = Command.make("notices").pipe(
  Command.withDescription("What customers are told"),
  Command.withSubcommands([map])
)
