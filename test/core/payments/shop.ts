import { Duration, Effect, Layer } from "effect"
import {
  definePlugin,
  on,
  PaymentClosed,
  PaymentPaid,
  PaymentReversed,
  Payments,
  yuan
} from "#core"
import type { Kind } from "../../support/database.ts"
import { openWorld } from "../../support/world.ts"

/** What a plugin was told, in order. */
type Fact = { readonly is: string; readonly part: string; readonly amount: number }

/** A world with a plugin that asks for payments and takes down what it hears. */
export const openShop = Effect.fnUntraced(function* (
  database: Kind,
  options: Parameters<typeof openWorld>[2] = {}
) {
  const heard: Array<Fact> = []
  const note = (is: string) => (fact: Omit<Fact, "is">) =>
    Effect.sync(() => void heard.push({ is, part: fact.part, amount: fact.amount }))
  const shop = definePlugin({
    name: "shop",
    options: {},
    on: [
      on(PaymentPaid, note("paid")),
      on(PaymentClosed, note("closed")),
      on(PaymentReversed, note("reversed"))
    ]
  })
  const { settings = () => ({}), ...more } = options
  const world = yield* openWorld(
    database,
    {},
    {
      ...more,
      settings: (credentials) => ({ ...settings(credentials), plugins: [shop()] })
    }
  )
  /** Asks the payments of this plugin. */
  const pays = <A, E>(work: (payments: Payments["Service"]) => Effect.Effect<A, E>) =>
    world.within(Payments.use(work).pipe(Effect.provide(Layer.fresh(Payments.layer("shop")))))
  return { ...world, heard, pays }
})

export type Shop = Effect.Success<ReturnType<typeof openShop>>

export const basket = {
  reference: "order-1",
  amount: yuan("88"),
  title: "家庭装大米",
  store: "GZ0013",
  device: "web",
  payWithin: Duration.minutes(30)
}
