import { readFileSync } from "node:fs"
import { Effect, Option, Schema } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import type { GatewaySettings } from "../gateway/settings.ts"
import { Kept } from "../payments/books/model.ts"
import { Transport } from "../transport.ts"
import { urlOf } from "./described.ts"
import { Ended } from "./ended.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { askOperator } from "./operator.ts"
import { readProject } from "./project.ts"

class NotRunning extends Schema.TaggedError<NotRunning>()("NotRunning", {}) {
  override readonly message = "No gateway answers at the operator door: `weir start` it first"
}

class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", { file: Schema.String }) {
  override readonly message = `${this.file} cannot be read`
}

/** What the operator door refuses, in its own words. */
class Refused extends Schema.TaggedError<Refused>()("Refused", {
  said: Schema.String
}) {
  override readonly message = this.said
}

const Problem = Schema.fromJsonString(Schema.Struct({ detail: Schema.String }))

const heard = Effect.fnUntraced(function* (
  answer: { readonly status: number; readonly text: string } | undefined
) {
  if (answer === undefined) return yield* new NotRunning()
  if (answer.status === 200) return answer.text
  const problem = Schema.decodeUnknownOption(Problem)(answer.text)
  if (Option.isNone(problem)) return yield* new Ended({ code: 1 })
  return yield* new Refused({ said: problem.value.detail })
})

const Sums = {
  count: Schema.Int,
  gross: Schema.Int,
  refunds: Schema.Int,
  fee: Schema.Int,
  net: Schema.Int,
  open: Schema.Int
}
const Line = Schema.Struct({
  merchant: Schema.String,
  day: Schema.String,
  state: Schema.String,
  ...Sums
})
const Lines = Schema.fromJsonString(Schema.Array(Line))
const Differences = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      number: Schema.String,
      cause: Schema.String,
      state: Schema.String,
      store: Schema.String,
      till: Schema.String,
      sales: Schema.NullOr(Schema.Int),
      ledger: Schema.NullOr(Schema.Int),
      trade: Schema.NullOr(Schema.Int),
      funds: Schema.NullOr(Schema.Int)
    })
  )
)

const fen = (amount: number | null) => (amount === null ? "—" : (amount / 100).toFixed(2))
const si = (amount: number) => (amount / 100_000).toFixed(2)

const lineOf = ({
  count,
  day,
  fee,
  gross,
  merchant,
  net,
  open,
  refunds,
  state
}: typeof Line.Type) =>
  `${day}  ${merchant}  ${state.padEnd(7)}  ${count} rows  ${fen(gross)} − ${fen(refunds)} − ${si(fee)} = ${si(net)}  ${open} open`

const days = (settings: GatewaySettings) =>
  Effect.flatMap(Effect.flatMap(askOperator(settings, "/books?format=json"), heard), (text) =>
    Effect.orDie(Schema.decodeUnknownEffect(Lines)(text))
  )

/** Every merchant's day of that date, and what differs on it. */
const show = Effect.fnUntraced(function* (day: string, asJson: boolean) {
  const { settings } = yield* readProject
  const lines = (yield* days(settings)).filter((line) => day === "" || line.day === day)
  const found = yield* Effect.forEach(lines, (line) =>
    Effect.gen(function* () {
      if (day === "") return { ...line, differences: [] }
      const path = `/books/${line.merchant}/${line.day}/differences?format=json`
      const text = yield* Effect.flatMap(askOperator(settings, path), heard)
      const differences = yield* Effect.orDie(Schema.decodeUnknownEffect(Differences)(text))
      return { ...line, differences }
    })
  )
  yield* say(found, asJson, (all) => [
    ...(all.length === 0 ? ["there are no books of it"] : []),
    ...all.flatMap(({ differences, ...line }) => [
      lineOf(line),
      ...differences.map(
        ({ cause, funds, ledger, number, sales, state, store, till, trade }) =>
          `  ${state.padEnd(9)} ${cause.padEnd(18)} ${number}  ${store}/${till}  sales ${fen(sales)} ledger ${fen(ledger)} bill ${fen(trade)} funds ${fen(funds)}`
      )
    ])
  ])
})

const take = Effect.fnUntraced(function* (file: string, plugin: string, asJson: boolean) {
  const { settings } = yield* readProject
  const body = yield* Effect.try({
    try: () => readFileSync(file),
    catch: () => new Unreadable({ file })
  })
  const { operatorHost: host, operatorPort: port } = settings
  const answer = yield* Transport.use((transport) =>
    transport.exchange({
      method: "POST",
      url: `${urlOf({ host, port })}/books/sales?plugin=${encodeURIComponent(plugin)}`,
      headers: { "content-type": "application/octet-stream" },
      body,
      timeout: "60 seconds"
    })
  ).pipe(Effect.orElseSucceed(() => undefined))
  const text = yield* heard(
    answer && { status: answer.status, text: Buffer.from(answer.body).toString() }
  )
  const kept = yield* Effect.orDie(Schema.decodeUnknownEffect(Schema.fromJsonString(Kept))(text))
  yield* say(kept, asJson, ({ day, is, lines, store, till }) => [
    `${day} ${store}/${till}: ${lines} lines, ${words[is]}`
  ])
})

const words = {
  new: "taken in",
  known: "known already",
  replaced: "takes the place of an earlier file"
}

/** Something that is decided about a day, or done with it. */
const act = (name: "fetch" | "close" | "lock" | "reopen", says: string) =>
  Command.make(name, { day, merchant, reason }, ({ day, merchant, reason }) =>
    inMode()(
      Effect.gen(function* () {
        const { settings } = yield* readProject
        const body = Option.match(reason, { onNone: () => ({}), onSome: (reason) => ({ reason }) })
        yield* heard(yield* askOperator(settings, `/books/${merchant}/${day}/${name}`, body))
      })
    )
  ).pipe(Command.withDescription(says))

const day = Argument.String("day").pipe(Argument.withDescription("In Beijing, as 20261124"))
const merchant = Flag.String("merchant").pipe(Flag.withDescription("The merchant's number"))
const reason = Flag.String("reason").pipe(
  Flag.optional,
  Flag.withDescription("Why; it is recorded")
)
const plugin = Flag.String("plugin").pipe(
  Flag.withDefault("pos"),
  Flag.withDescription("Whose old system wrote it")
)

const explain = Command.make(
  "explain",
  {
    number: Argument.String("number"),
    cause: Argument.String("cause"),
    merchant,
    note: Flag.String("note").pipe(Flag.withDescription("What explains it"))
  },
  ({ merchant, ...body }) =>
    inMode()(
      Effect.gen(function* () {
        const { settings } = yield* readProject
        yield* heard(yield* askOperator(settings, `/books/${merchant}/explanations`, body))
      })
    )
).pipe(Command.withDescription("Explains a difference"))

/** `weir books` */
export const books = Command.make("books").pipe(
  Command.withDescription("What was sold, billed and moved, matched day by day"),
  Command.withSubcommands([
    Command.make("show", { day: Argument.withDefault(day, ""), json }, ({ day, json }) =>
      inMode()(show(day, json))
    ).pipe(Command.withDescription("Shows the days, or one day and what differs on it")),
    Command.make(
      "import",
      { file: Argument.String("file"), plugin, json },
      ({ file, json, plugin }) => inMode()(take(file, plugin, json))
    ).pipe(Command.withDescription("Takes in a sales file of an old system")),
    act("fetch", "Has WeChat's bills of a day fetched now"),
    act("close", "Closes a day; one with open differences for a reason"),
    act("lock", "Locks a closed day that was posted by hand"),
    act("reopen", "Opens a closed or locked day again"),
    explain
  ])
)
