import { Schema } from "effect"
import { event } from "../../tasks/events.ts"
import { task } from "../../tasks/kind.ts"

const ofDay = Schema.Struct({ merchant: Schema.String, day: Schema.String })

/** Fetches WeChat's bills of a merchant's day, as soon as there are any. */
export const FetchDay = task("books.fetch", ofDay, { within: "1 hour", together: 2 })
export const fetchKey = (merchant: string, day: string) => `books.fetch:${merchant}:${day}`

/** Matches a merchant's day. */
export const MatchDay = task("books.match", ofDay, { within: "1 hour", together: 1 })
export const matchKey = (merchant: string, day: string) => `books.match:${merchant}:${day}`

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
