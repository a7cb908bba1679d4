import { Effect, Option, Schema } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { ListedRefund } from "../payments/refunds/model.ts"
import { rfc3339 } from "../values/beijing.ts"
import { formatYuan } from "../values/money.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { askRunning } from "./running.ts"

const Refunds = Schema.fromJsonString(Schema.Array(ListedRefund))
const Done = Schema.fromJsonString(Schema.Struct({}))

const list = Effect.fnUntraced(function* (asJson: boolean, state: Option.Option<string>) {
  const query = Option.match(state, {
    onNone: () => "",
    onSome: (state) => `?state=${encodeURIComponent(state)}`
  })
  const refunds = yield* askRunning(`/refunds${query}`, Refunds)
  yield* say(refunds, asJson, (all) => (all.length === 0 ? ["no refunds"] : all.map(line)))
})

const line = ({
  amount,
  askedAt,
  askedBy,
  detail,
  number,
  reference,
  state,
  store
}: ListedRefund) =>
  `${rfc3339(askedAt)}  ${state.padEnd(10)}  ${formatYuan(amount).padStart(10)}  ${number}\n  ${reference}, store ${store ?? "?"}, by ${askedBy ?? "?"}${detail === null ? "" : `: ${detail}`}`

const decide = Effect.fnUntraced(function* (
  asJson: boolean,
  act: "confirm" | "decline",
  { by, number }: { readonly by: string; readonly number: string }
) {
  yield* askRunning(`/refunds/${encodeURIComponent(number)}/${act}`, Done, { by })
  yield* say({ number, act, by }, asJson, () => [
    `${act === "confirm" ? "confirmed" : "declined"} ${number}`
  ])
})

const state = Flag.String("state").pipe(
  Flag.optional,
  Flag.withDescription("Only those in one state, e.g. waiting, abnormal or closed")
)
const number = Argument.String("number").pipe(
  Argument.withDescription("The refund's own number, out_refund_no")
)
const by = Flag.String("by").pipe(Flag.withDescription("Who decides this; it is kept"))

const deciding = (act: "confirm" | "decline", what: string) =>
  Command.make(act, { json, number, by }, ({ by, json, number }) =>
    inMode()(decide(json, act, { by, number }))
  ).pipe(Command.withDescription(what))

/** `weir refunds` */
export const refunds = Command.make("refunds").pipe(
  Command.withDescription("Money on its way back to customers"),
  Command.withSubcommands([
    Command.make("list", { json, state }, ({ json, state }) => inMode()(list(json, state))).pipe(
      Command.withDescription("The latest refunds and where they stand")
    ),
    deciding("confirm", "Lets a refund go that waits for its supervisor"),
    deciding("decline", "Refuses a refund that waits for its supervisor")
  ])
)
