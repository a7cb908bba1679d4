import { Effect, Schema, SchemaIssue } from "effect"
import { logisticsTypes } from "../../wechat/shipping.ts"
import { OrderInvalid } from "../model.ts"

const text = (longest: number) =>
  Schema.String.check(
    Schema.isBetweenLength(1, longest, { expected: `1 to ${longest} characters` })
  )

const Parcel = Schema.Struct({
  /** WeChat's code of the carrier, as `SF`; express only. */
  carrier: Schema.optional(
    Schema.String.check(Schema.isPattern(/^\w{1,32}$/, { expected: "WeChat's code of a carrier" }))
  ),
  /** The carrier's own number; express only. */
  number: Schema.optional(text(64)),
  /** What it is, as the buyer reads it. */
  item: text(120),
  /** The receiver's phone with its middle left out: `189****1234`. Some carriers, as `SF`, want it. */
  contact: Schema.optional(
    Schema.String.check(
      Schema.isPattern(/^[\d+-]{0,16}\*{4}\d{0,4}$/, { expected: "a masked phone, as 189****1234" })
    )
  )
})

/** What was sent for a payment. */
export const Shipped = Schema.Struct({
  kind: Schema.Literals(Object.keys(logisticsTypes) as ReadonlyArray<keyof typeof logisticsTypes>),
  parcels: Schema.Array(Parcel).check(
    Schema.isBetweenLength(1, 15, { expected: "1 to 15 parcels" })
  ),
  /** Where it is sent in parts, which only express can: `false`, more follows; `true`, this is the last. */
  whole: Schema.optional(Schema.Boolean),
  /** When, in UTC milliseconds: of two that differ, the later one counts. */
  at: Schema.Int.check(
    Schema.isBetween(
      { minimum: Date.UTC(2020, 0, 1), maximum: Date.UTC(2100, 0, 1) },
      { expected: "UTC milliseconds" }
    )
  )
})
export type Shipped = typeof Shipped.Type

/** What of it is kept, sealed, until WeChat knows it. */
export const Kept = Schema.fromJsonString(Schema.Struct({ parcels: Schema.Array(Parcel) }))

/**
 * Where the word of a shipping stands.
 *
 * - `Told`: WeChat has it.
 * - `Underway`: written down; WeChat has not said that it has it.
 * - `Needless`: nothing was, or will be, said. `way`: no mini program's order; `unmanaged`: WeChat does not ask for it of this mini
 *   program; `later`: something sent later counts.
 * - `Refused`: WeChat does not take it; `detail` is its code. What a person can mend is a to-do; the same a
 *   minute later is sent again.
 */
export type Shipping =
  | { readonly _tag: "Told"; readonly at: number }
  | { readonly _tag: "Underway"; readonly since: number }
  | { readonly _tag: "Needless"; readonly why: "way" | "unmanaged" | "later" }
  | { readonly _tag: "Refused"; readonly detail: string }

const unshippable = {
  unpaid: "This is not paid, so there is nothing to ship",
  undone: "The money of this has gone back, so there is nothing to ship"
} as const

/** There is no money for which something could be sent; nothing was written down. */
export class NotShippable extends Schema.TaggedError<NotShippable>()("NotShippable", {
  reference: Schema.String,
  why: Schema.Literals(["unpaid", "undone"])
}) {
  readonly status = 409
  override readonly message = unshippable[this.why]
}

const decode = Schema.decodeUnknownEffect(Schema.toType(Shipped))
const sentences = SchemaIssue.makeFormatterStandardSchemaV1()

/** Refuses what WeChat would not take, naming the field, before anything is written down. */
export const checkedShipping = (said: Shipped): Effect.Effect<Shipped, OrderInvalid> =>
  decode(said).pipe(
    Effect.catchTag("SchemaError", ({ issue }) => {
      const [first] = sentences(issue).issues
      const field = (first?.path ?? []).map(String).join(".")
      return new OrderInvalid({ field, problem: first?.message ?? "cannot be told" })
    }),
    Effect.flatMap((shipped) => {
      const problem = problemOf(shipped)
      return problem === undefined ? Effect.succeed(shipped) : Effect.fail(problem)
    })
  )

const problemOf = ({ kind, parcels, whole }: Shipped): OrderInvalid | undefined => {
  const invalid = (field: string, problem: string) => new OrderInvalid({ field, problem })
  if (whole === undefined && parcels.length !== 1)
    return invalid("parcels", "expected exactly one, as it is not sent in parts")
  if (kind !== "express" && whole !== undefined)
    return invalid("whole", "only what goes by express is sent in parts")
  for (const [place, { carrier, number }] of parcels.entries()) {
    const at = `parcels.${place}`
    if (kind !== "express" && carrier !== undefined)
      return invalid(`${at}.carrier`, "only express has one")
    if (kind !== "express" && number !== undefined)
      return invalid(`${at}.number`, "only express has one")
    if (kind === "express" && carrier === undefined)
      return invalid(`${at}.carrier`, "express needs it")
    if (kind === "express" && number === undefined)
      return invalid(`${at}.number`, "express needs it")
  }
  return undefined
}
