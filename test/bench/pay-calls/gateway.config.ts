import { Duration, Effect, Schema } from "effect"
import { Customers, defineGateway, definePlugin, Fen, Payments, route } from "#core"
import { env } from "../../../config/env.ts"

/** A shop whose page inside WeChat asks for what opens the cashier: one route, one order. */
const shop = definePlugin({
  name: "shop",
  options: {},
  routes: [
    route.post("/pay", {
      input: { order: Schema.String, amount: Fen, openid: Schema.String },
      output: Schema.Struct({ paySign: Schema.String }),
      handle: Effect.fnUntraced(function* ({ amount, openid, order: reference }) {
        const payments = yield* Payments
        const appid = "wx0123456789abcdef"
        const customer = yield* Customers.use(({ recognise }) => recognise({ appid }, { openid }))
        const payWithin = Duration.minutes(30)
        const title = "家庭装大米"
        yield* payments.invite({ reference, amount, title, store: "WEB", device: "web", payWithin })
        const how = { way: "jsapi", account: "main", customer } as const
        const { cashier } = yield* payments.prepare({ reference }, how)
        return { paySign: cashier?.way === "jsapi" ? cashier.paySign : "" }
      })
    })
  ]
})

export default defineGateway({ ...env.gateway, plugins: [shop()] })
