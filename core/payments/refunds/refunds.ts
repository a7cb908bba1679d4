import { Effect } from "effect"
import { makeActs } from "./acts.ts"
import { makeHearing } from "./hearing.ts"
import { makeIntending } from "./intending.ts"
import { makeSending } from "./sending.ts"

export type Refunds = Effect.Success<typeof makeRefunds>

/** Money going back: written down first, sent under one number for life, followed to its end. */
export const makeRefunds = Effect.gen(function* () {
  const intending = yield* makeIntending
  const hearing = yield* makeHearing
  yield* makeSending(hearing)
  const acts = yield* makeActs(intending, hearing)
  return { intend: intending.intend, hear: hearing.hear, load: hearing.load, ...acts }
})
