import { existsSync } from "node:fs"
import { Console, Effect, Schema } from "effect"
import * as Command from "effect/cli/Command"
import { type Judged, judge, rules } from "../audit/audit.ts"
import { addressOf } from "../database/address.ts"
import { lookInto } from "../database/looking.ts"
import { Ended } from "./ended.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"

class NoDatabase extends Schema.TaggedError<NoDatabase>()("NoDatabase", { file: Schema.String }) {
  override readonly message = `There is no database at ${this.file}: see DATABASE_URL`
}

/** The gateway may be running: the database is read beside it, and nothing is written. */
const run = Effect.fnUntraced(function* (asJson: boolean) {
  const { databaseUrl } = (yield* readProject).settings
  const address = addressOf(databaseUrl)
  if (address.kind === "sqlite" && !existsSync(address.file))
    return yield* new NoDatabase({ file: address.file })
  const sql = yield* lookInto(databaseUrl)
  const { error } = yield* Console.Console
  const judged = yield* Effect.forEach(rules, (rule, place) =>
    Effect.tap(judge(sql, rule), () =>
      Effect.sync(() => {
        // Rules over millions of payments take their time.
        if (process.stderr.isTTY) error(`${place + 1} of ${rules.length}`)
      })
    )
  )
  yield* say(judged, asJson, (all) => [...all.flatMap(lines), summary(all)])
  if (judged.some(({ against }) => against.length > 0)) return yield* new Ended({ code: 1 })
}, Effect.scoped)

const lines = ({ against, sentence }: Judged) => [
  `${against.length === 0 ? "ok   " : "WRONG"}  ${sentence}`,
  ...against.map((line) => `       ${line}`)
]

const summary = (all: ReadonlyArray<Judged>) => {
  const wrong = all.filter(({ against }) => against.length > 0).length
  return wrong === 0
    ? `${all.length} rules hold`
    : `${wrong} of ${all.length} rules are broken; keep a copy (weir backup) before anything else`
}

/** `weir audit` */
export const audit = Command.make("audit", { json }, ({ json }) => inMode()(run(json))).pipe(
  Command.withDescription("Holds the database against what must be true of money and people")
)
