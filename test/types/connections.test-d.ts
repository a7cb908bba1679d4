import { Context, Duration, Effect, Option, Schema } from "effect"
import {
  type Connection,
  connection,
  definePlugin,
  errand,
  json,
  lookUp,
  serverDialect,
  textIn,
  told,
  type Verdict
} from "#core"

const Json = textIn("utf-8").pipe(Schema.decodeTo(json()))
const OrderNo = Schema.Struct({ number: Schema.String })
const Order = Schema.Struct({ number: Schema.String, amount: Schema.Int })
const Found = Schema.Struct({ order: Schema.NullOr(Order) })

const warehouse = serverDialect<unknown, unknown>({
  name: "warehouse",
  patience: Duration.seconds(10),
  request: Json,
  reply: Json,
  post: (call, body) => ({ method: "POST", target: `/api/${call}`, headers: {}, body }),
  callOf: ({ target }) => /^\/api\/(\w+)$/.exec(target)?.[1],
  classify: ({ answer, status }): Verdict =>
    status === 200 && Schema.is(Schema.Struct({ ok: Schema.Literal(true) }))(answer)
      ? { is: "ok" }
      : { is: "unknown", reason: `HTTP ${status}` }
})

const find = errand("orders.find", { call: "find", request: OrderNo, reply: Found })
const push = errand("orders.push", {
  call: "push",
  request: Order,
  reply: Order,
  writes: {
    key: ({ number }) => [number],
    lookUp: ({ number }) => lookUp(find, { number }, ({ order }) => Option.fromNullishOr(order))
  }
})

class Warehouse extends Context.Service<Warehouse, Connection>()("shop/Warehouse") {}

definePlugin({
  name: "shop",
  options: { warehouse: Schema.optional(Schema.URL) },
  connections: ({ warehouse: address }) => [
    connection(
      Warehouse,
      "warehouse",
      address && { address, dialect: warehouse, limits: { perSecond: 5 } },
      [push]
    )
  ],
  on: [
    told("warehouse", push, ({ number }, outcome) =>
      Effect.flatMap(Warehouse, ({ ask }) =>
        outcome.is === "done" ? Effect.asVoid(ask(find, { number })) : Effect.void
      )
    )
  ]
})

errand("orders.drop", {
  call: "drop",
  request: OrderNo,
  reply: Found,
  // @ts-expect-error what changes something must say how it is found again, or that it may be said twice
  writes: { key: ({ number }) => [number] }
})

errand("orders.lost", {
  call: "push",
  request: Order,
  reply: Order,
  writes: {
    key: ({ number }) => [number],
    // @ts-expect-error what is found must be what the errand would have answered
    lookUp: ({ number }) => lookUp(find, { number }, ({ order }) => Option.some(order))
  }
})

Effect.flatMap(Warehouse, ({ ask }) =>
  // @ts-expect-error an errand is asked with its own request
  ask(push, { number: "1" })
)

Effect.flatMap(Warehouse, ({ tell }) =>
  // @ts-expect-error what is told belongs to an order
  tell(push, { request: { number: "1", amount: 1 } })
)
