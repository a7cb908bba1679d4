import { Effect, Schema } from "effect"
import { Cashier } from "../payments/cashier.ts"
import { route } from "../plugin/route.ts"
import { Person } from "./person.ts"

const number = Schema.String.check(Schema.isBetweenLength(1, 32))
const Done = Schema.Struct({})

/** What people decide about money that came late and is held, for the operator door. */
export const heldRoutes = [
  route.post("/payments/:number/keep", {
    input: { number, by: Person },
    output: Done,
    handle: ({ by, number }) =>
      Effect.as(
        Cashier.use(({ held }) => held.keep(number, by)),
        {}
      )
  }),
  route.post("/payments/:number/give-back", {
    input: { number, by: Person },
    output: Done,
    handle: ({ by, number }) =>
      Effect.as(
        Cashier.use(({ held }) => held.giveBack(number, by)),
        {}
      )
  })
]
