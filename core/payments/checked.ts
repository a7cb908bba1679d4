import { Duration, Effect, Schema, SchemaIssue } from "effect"
import { Fen } from "../values/money.ts"
import { type Order, OrderInvalid } from "./model.ts"

/** WeChat takes no single payment beyond ten million yuan. */
const most = 1_000_000_000

const atMost = (length: number) =>
  Schema.String.check(Schema.isMaxLength(length, { expected: `at most ${length} characters` }))

/** What can be written down about an order and asked of WeChat. */
const Bounds = Schema.Struct({
  reference: atMost(128).check(Schema.isNonEmpty({ expected: "a reference" })),
  part: Schema.optional(atMost(32)),
  amount: Fen.check(
    Schema.isBetween({ minimum: 1, maximum: most }, { expected: `1 to ${most} fen` })
  ),
  title: atMost(127),
  store: atMost(32),
  device: atMost(32),
  payWithin: Schema.optional(
    Schema.Duration.check(
      Schema.makeFilter((within) => Duration.toMillis(within) > 0 && Duration.isFinite(within), {
        expected: "a time to come"
      })
    )
  )
})

const decode = Schema.decodeUnknownEffect(Schema.toType(Bounds))
const sentences = SchemaIssue.makeFormatterStandardSchemaV1()

/** Refuses an order that nobody could pay, naming the field, before anything is written down. */
export const checked = <O extends Order>(order: O): Effect.Effect<O, OrderInvalid> =>
  decode(order).pipe(
    Effect.as(order),
    Effect.catchTag("SchemaError", ({ issue }) => {
      const [first] = sentences(issue).issues
      const field = (first?.path ?? []).map(String).join(".")
      return new OrderInvalid({ field, problem: first?.message ?? "cannot be paid" })
    })
  )
