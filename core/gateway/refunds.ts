import { Effect, Schema } from "effect"
import { Cashier } from "../payments/cashier.ts"
import { ListedRefund, RefundState } from "../payments/refunds/model.ts"
import { route } from "../plugin/route.ts"
import { PayOut } from "../wechat/pay/pay-out.ts"
import { Person } from "./person.ts"

const number = Schema.String.check(Schema.isBetweenLength(1, 64))
const Done = Schema.Struct({})
const acts = Cashier.useSync(({ refunds }) => refunds)

/** What people do about refunds, for the operator door. Each says who it is, and that is kept. */
export const refundRoutes = [
  route.get("/refunds", {
    input: { state: Schema.optionalKey(RefundState) },
    output: Schema.Array(ListedRefund),
    handle: ({ state }) => Effect.flatMap(acts, ({ list }) => list(state))
  }),
  route.post("/refunds/:number/confirm", {
    input: { number, by: Person },
    output: Done,
    handle: ({ by, number }) =>
      Effect.as(
        Effect.flatMap(acts, ({ confirm }) => confirm(number, by)),
        {}
      )
  }),
  route.post("/refunds/:number/decline", {
    input: { number, by: Person },
    output: Done,
    handle: ({ by, number }) =>
      Effect.as(
        Effect.flatMap(acts, ({ decline }) => decline(number, by)),
        {}
      )
  }),
  /** One that WeChat closed, once more under another number. */
  route.post("/refunds/:number/again", {
    input: { number, by: Person },
    output: Schema.Struct({ number: Schema.String }),
    handle: ({ by, number }) =>
      Effect.map(
        Effect.flatMap(acts, ({ renew }) => renew(number, by)),
        (next) => ({ number: next })
      )
  }),
  /** One that is abnormal, to another account. */
  route.post("/refunds/:number/pay-out", {
    input: { number, by: Person, pay: PayOut },
    output: Done,
    handle: ({ by, number, pay }) =>
      Effect.as(
        Effect.flatMap(acts, ({ payOut }) => payOut(number, by, pay)),
        {}
      )
  })
]
