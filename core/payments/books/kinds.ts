import { Schema } from "effect"
import { task } from "../../tasks/kind.ts"

const ofDay = Schema.Struct({ merchant: Schema.String, day: Schema.String })

/** Fetches WeChat's bills of a merchant's day, as soon as there are any. */
export const FetchDay = task("books.fetch", ofDay, { within: "1 hour", together: 2 })
export const fetchKey = (merchant: string, day: string) => `books.fetch:${merchant}:${day}`

/** Matches a merchant's day. */
export const MatchDay = task("books.match", ofDay, { within: "1 hour", together: 1 })
export const matchKey = (merchant: string, day: string) => `books.match:${merchant}:${day}`
