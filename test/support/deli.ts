import { Effect, Schema } from "effect"
import { CurrentCustomer, definePlugin, Payments, route, ShareCards, shareHead, yuan } from "#core"
import { browserIn } from "./browser.ts"
import type { Kind } from "./database.ts"
import { meanwhile, openWorld } from "./world.ts"

const Card = {
  reference: Schema.String,
  title: Schema.String,
  description: Schema.optionalKey(Schema.String),
  image: Schema.optionalKey(Schema.String),
  to: Schema.String
}
const Report = Schema.Struct({
  visits: Schema.Int,
  people: Schema.Int,
  sales: Schema.Int,
  amount: Schema.Int,
  returned: Schema.Int
})

/** A shop whose goods are shared, and bought by customers who are logged in. */
const deliOf = (name: string) =>
  definePlugin({
    name,
    options: {},
    routes: [
      route.post("/cards", {
        input: Card,
        output: Schema.Struct({ link: Schema.String }),
        handle: (card) => ShareCards.use((cards) => cards.put(card))
      }),
      route.get("/report", {
        input: { reference: Schema.String },
        output: Report,
        handle: ({ reference }) => ShareCards.use((cards) => cards.report(reference))
      }),
      route.post("/bought", {
        input: { reference: Schema.String, code: Schema.String },
        output: Schema.Boolean,
        handle: Effect.fnUntraced(function* ({ code, reference }) {
          yield* CurrentCustomer
          const payments = yield* Payments
          const order = {
            reference,
            code,
            amount: yuan("28.50"),
            title: "火腿",
            store: "GZ0013",
            device: "web"
          }
          return (yield* payments.collect(order))._tag === "Paid"
        })
      }),
      route.post("/returned", {
        input: { reference: Schema.String },
        output: Schema.Boolean,
        handle: Effect.fnUntraced(function* ({ reference }) {
          const payments = yield* Payments
          yield* payments.reverse({ reference })
          return true
        })
      }),
      route.raw("GET", "/ham", () => Effect.succeed({ status: 200, body: "ham" })),
      route.raw("GET", "/club", () =>
        Effect.map(CurrentCustomer, ({ customer }) => ({ status: 200, body: customer }))
      ),
      route.raw("GET", "/page", () =>
        Effect.gen(function* () {
          const card = yield* ShareCards.use((cards) => cards.put(ham))
          const head = String(yield* Effect.promise(async () => shareHead(card)))
          const body = `<!doctype html><title>ham</title>${head}<body>ham`
          return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body }
        })
      )
    ]
  })

/** What is shared in most tests. */
export const ham = { reference: "ham", title: '"Ham" & <eggs> 火腿', to: "/deli/ham" }

/** A gateway with two such shops, and what people do with their phones. */
export const openDeli = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(
    database,
    {},
    { settings: () => ({ plugins: [deliOf("deli")(), deliOf("bakery")()] }) }
  )
  yield* world.control("PUT", "/settings", { consent: "approve" })

  // biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
  const json = ({ text }: { readonly text: string }): any => JSON.parse(text)
  const anybody = browserIn(world)
  const post = (browser: typeof anybody, path: string, body: object) =>
    meanwhile(
      browser.send(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body)
      })
    ).pipe(Effect.map(({ value }) => value))

  return {
    ...world,
    browser: (openid?: string) => browserIn(world, openid),
    put: (card: object, plugin = "deli") => post(anybody, `/${plugin}/cards`, card),
    /** The address of a card. */
    share: (card: object = ham, plugin = "deli") =>
      Effect.map(post(anybody, `/${plugin}/cards`, card), (seen): string => json(seen).link),
    report: (reference = "ham", plugin = "deli") =>
      Effect.map(anybody.get(`/${plugin}/report?reference=${reference}`), json),
    /** Somebody who is logged in pays a code of their own phone. */
    buy: Effect.fnUntraced(function* (
      browser: typeof anybody,
      reference: string,
      { openid, plugin = "deli" }: { openid?: string; plugin?: string } = {}
    ) {
      const { authCode: code } = yield* world.control("POST", "/codes", { outcome: "paid", openid })
      const seen = yield* post(browser, `/${plugin}/bought`, { reference, code })
      if (seen.text !== "true") return yield* Effect.die(`${reference}: ${seen.text}`)
    }),
    takeBack: (reference: string) => post(anybody, "/deli/returned", { reference }),
    logIn: (browser: typeof anybody) =>
      Effect.map(browser.visit("/login/wechat?to=/deli/club"), ({ text }) => text)
  }
})
