import { Effect, Schema } from "effect"
import { AccountMoves, Move } from "../customers/moving.ts"
import { route } from "../plugin/route.ts"

/** What is done to the whole pool: for the operator door. */
export const customerRoutes = [
  route.post("/customers/move", {
    input: Move.fields,
    output: Schema.Struct({}),
    handle: (move) =>
      Effect.as(
        AccountMoves.use(({ begin }) => begin(move)),
        {}
      )
  })
]
