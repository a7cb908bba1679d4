import { Config, Context, Effect, Layer, Schema } from "effect"
import {
  CurrentCustomer,
  call,
  definePlugin,
  defineSandbox,
  every,
  final,
  http,
  interim,
  on,
  PaymentPaid,
  route
} from "#core"
import { houseXml } from "../../plugins/pos/dialects/house-xml.ts"
import { pos } from "../../plugins/pos/index.ts"

class Stranger extends Context.Service<Stranger, { readonly hi: Effect.Effect<string> }>()(
  "Stranger"
) {}
class NoStatus extends Schema.TaggedError<NoStatus>()("NoStatus", {}) {}

const Message = Schema.Struct({ Amount: Schema.String })
const house = houseXml(() => undefined)

definePlugin({
  name: "x",
  options: {},
  layer: Layer.empty,
  // @ts-expect-error a route cannot use a service that nobody provides
  routes: [route.get("/", { output: Schema.String, handle: () => Stranger.use((s) => s.hi) })]
})

const greet = call("A", {
  request: Message,
  reply: Message,
  answer: () =>
    Effect.map(
      Stranger.use((s) => s.hi),
      (Amount) => interim({ Amount })
    )
})
definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error neither can a call
  inlets: [http("/x", house, [greet])]
})

definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error nor what is done about an event
  on: [on(PaymentPaid, () => Effect.asVoid(Stranger.use((s) => s.hi)))]
})

definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error nor recurring work
  on: [every("5 minutes", "greet", Effect.asVoid(Stranger.use((s) => s.hi)))]
})

// With the service provided, all of them may.
const strangers = Layer.succeed(Stranger, { hi: Effect.succeed("hi") })
definePlugin({
  name: "x",
  options: {},
  layer: strangers,
  routes: [route.get("/", { output: Schema.String, handle: () => Stranger.use((s) => s.hi) })],
  on: [every("5 minutes", "greet", Effect.asVoid(Stranger.use((s) => s.hi)))]
})

// @ts-expect-error a route cannot fail with an error that names no status
route.get("/", { output: Schema.String, handle: () => Effect.fail(new NoStatus({})) })

// @ts-expect-error a route must return what it declares
route.get("/", { output: Schema.String, handle: () => Effect.succeed(1) })

route.get("/:id", {
  input: { id: Schema.String },
  output: Schema.String,
  // @ts-expect-error a handler sees only what its route declares
  handle: ({ name }) => Effect.succeed(name)
})

// @ts-expect-error a call must answer what it declares
call("A", { request: Message, reply: Message, answer: () => Effect.succeed(final({ Total: "1" })) })

// @ts-expect-error a call never fails: what it refuses is an answer in the caller's words
call("A", { request: Message, reply: Message, answer: () => Effect.fail("no") })

// @ts-expect-error a call says whether its answer is kept
call("A", { request: Message, reply: Message, answer: () => Effect.succeed({ Amount: "1" }) })

call("A", {
  request: Message,
  reply: Message,
  // @ts-expect-error a key is made of what the request declares
  once: { key: ({ Ticket }) => [Ticket], same: () => [] },
  answer: () => Effect.succeed(final({ Amount: "1" }))
})

// @ts-expect-error an event's handler gets the event's own facts
on(PaymentPaid, ({ ticket }) => Effect.log(ticket))

pos({ secret: Config.Redacted("POS_SECRET") })
// @ts-expect-error a missing option
pos({})
// @ts-expect-error an option of the wrong type
pos({ secret: "in clear" })
// @ts-expect-error a misspelt option
pos({ secret: Config.Redacted("POS_SECRET"), wallet: {} })

const strange = route.get("/", { output: Schema.String, handle: () => Stranger.use((s) => s.hi) })
defineSandbox({
  name: "x",
  options: { port: Schema.Int },
  databaseUrl: () => "sqlite:x.db",
  migrations: [],
  layer: () => Layer.empty,
  // @ts-expect-error a sandbox has nothing of the gateway's
  door: ({ port }) => ({ port, routes: [strange] })
})

// A route may ask who is logged in; nothing else may, as nobody is.
definePlugin({
  name: "x",
  options: {},
  routes: [
    route.get("/me", {
      output: Schema.String,
      handle: () => Effect.map(CurrentCustomer, ({ openid }) => openid)
    }),
    route.raw("GET", "/page", () =>
      Effect.map(CurrentCustomer, ({ account }) => ({ status: 200, body: account }))
    )
  ]
})
definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error recurring work has no visitor
  on: [every("5 minutes", "greet", Effect.asVoid(CurrentCustomer))]
})
definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error nor has an event
  on: [on(PaymentPaid, () => Effect.asVoid(CurrentCustomer))]
})
definePlugin({
  name: "x",
  options: {},
  // @ts-expect-error nor have the services of a plugin
  layer: Layer.effect(
    Stranger,
    Effect.map(CurrentCustomer, ({ openid }) => ({ hi: Effect.succeed(openid) }))
  )
})
