import { Schema } from "effect"
import { event } from "../../tasks/events.ts"
import { fromBeijing } from "../../values/beijing.ts"
import { Fen } from "../../values/money.ts"

const short = Schema.String.check(Schema.isBetweenLength(1, 32))
const about = {
  /** How the old system calls it: a ticket. */
  name: Schema.String.check(Schema.isBetweenLength(1, 64)),
  amount: Fen,
  at: Schema.Int
}

/** What an old system says it took, by its own reference, or gave back, by its own key of the refund. */
const SalesLine = Schema.Union([
  Schema.Struct({
    ...about,
    kind: Schema.Literal("sale"),
    reference: Schema.String,
    part: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({ ...about, kind: Schema.Literal("refund"), key: Schema.String })
])

const Day = Schema.String.check(
  Schema.makeFilter((day) => fromBeijing(`${day}000000`) !== undefined, {
    expected: "a date of 8 digits"
  })
)

/** What one till sold by WeChat on one day, or in one shift of it, as the old system wrote it down. */
export const SalesFile = Schema.Struct({
  store: short,
  till: short,
  day: Day,
  /** Empty where a day has but one. */
  shift: Schema.String.check(Schema.isMaxLength(32)),
  lines: Schema.Array(SalesLine).check(Schema.isMaxLength(200_000))
})
export type SalesFile = typeof SalesFile.Type

/** What became of a sales file. */
export const Kept = Schema.Struct({
  store: Schema.String,
  till: Schema.String,
  day: Schema.String,
  shift: Schema.String,
  lines: Schema.Int,
  /** `known`: the same was there already, and counts once. `replaced`: it corrects one that is kept beside it. */
  is: Schema.Literals(["new", "known", "replaced"])
})
export type Kept = typeof Kept.Type

/** A file about a day that has not come. */
export class DayAhead extends Schema.TaggedError<DayAhead>()("DayAhead", {
  day: Schema.String
}) {
  readonly status = 422
  override readonly message = "This day has not begun"
}

const money = {
  /** What was ordered, in fen. */
  gross: Schema.Int,
  /** What went back, in fen. */
  refunds: Schema.Int,
  /** What WeChat keeps, in hundred-thousandths of a yuan: a bill prints five decimals. */
  fee: Schema.Int,
  /** What the merchant gets, in the same; coupons that cost the merchant are not in it. */
  net: Schema.Int
}

/**
 * The books of a store's day balance and are closed: what is to be posted, a receivable per store and day. An adjustment is about
 * an earlier day that had been posted, and can be below nothing. Once it is posted, `Books.posted` locks the day.
 */
export const BooksBalanced = event(
  "books.balanced",
  Schema.Struct({
    /** Tells this posting from every other, also when it is told twice. */
    posting: Schema.String,
    merchant: Schema.String,
    /** The legal entity's name; the merchant's number where none is set. */
    entity: Schema.String,
    /** Empty: what the bill says of no store that is known. */
    store: Schema.String,
    /** With which day it is posted, eight digits in Beijing. */
    day: Schema.String,
    /** What day it is about. */
    about: Schema.String,
    ...money
  })
)
