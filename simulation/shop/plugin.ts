import { Duration, Effect, Schema } from "effect"
import { Customers, definePlugin, Fen, Payments, route, type Standing } from "#core"

/** What the shop's own clients hear, in the tills' codes, so that all talk is judged by the same rules. */
export const Said = Schema.Struct({
  code: Schema.String,
  outTradeNo: Schema.optionalKey(Schema.String),
  /** What the payer's phone opens. */
  prepay: Schema.optionalKey(Schema.String)
})
export type Said = typeof Said.Type

export const ways = ["native", "h5", "jsapi"] as const

const about = { order: Schema.String, amount: Fen }
const Way = Schema.Literals(ways)

/** How long an order may be paid. */
const payWithin = Duration.minutes(4)

/** A web shop that invites its customers to pay, on whatever they have at hand. */
export const shop = definePlugin({
  name: "shop",
  options: {
    /** Of the official account its pages belong to. */
    appid: Schema.String
  },
  routes: ({ appid }) => [
    route.post("/orders/:order/invite", {
      input: about,
      output: Said,
      handle: ({ amount, order }) => said(invited(order, amount))
    }),
    route.post("/orders/:order/prepare", {
      input: { ...about, way: Way, openid: Schema.String },
      output: Said,
      handle: ({ order, openid, way }) => said(prepared(order, way, { appid, openid }))
    }),
    route.post("/orders/:order/ask", {
      input: { order: Schema.String },
      output: Said,
      handle: ({ order }) => said(Effect.map(at(order, "ask"), codeOf))
    }),
    route.post("/orders/:order/reverse", {
      input: { order: Schema.String },
      output: Said,
      handle: ({ order }) => said(Effect.map(at(order, "reverse"), codeOf))
    }),
    route.post("/orders/:order/refund", {
      input: { ...about, key: Schema.String },
      output: Said,
      handle: ({ amount, key, order }) => said(refunded(order, key, amount))
    })
  ]
})

const invited = (reference: string, amount: Fen) =>
  Payments.use((payments) =>
    payments.invite({
      reference,
      amount,
      title: "网店订单",
      store: "WEB",
      device: "web",
      payWithin
    })
  ).pipe(Effect.map(({ standing }) => codeOf(standing)))

const prepared = Effect.fnUntraced(function* (
  reference: string,
  way: (typeof ways)[number],
  { appid, openid }: { readonly appid: string; readonly openid: string }
) {
  const payments = yield* Payments
  const customers = yield* Customers
  const how =
    way === "native"
      ? { way }
      : way === "h5"
        ? { way, ip: "203.0.113.7", device: "Wap" as const }
        : { way, account: "main", customer: yield* customers.recognise({ appid }, { openid }) }
  const { cashier, standing } = yield* payments.prepare({ reference }, how)
  if (cashier === undefined) return codeOf(standing)
  return { ...codeOf(standing), prepay: opened(cashier) }
})

const opened = (cashier: object): string => {
  const { codeUrl, h5Url, package: inside = "" } = cashier as Readonly<Record<string, string>>
  if (codeUrl !== undefined) return codeUrl
  return h5Url === undefined
    ? inside.replace("prepay_id=", "")
    : (new URL(h5Url).searchParams.get("prepay_id") ?? h5Url)
}

const at = (reference: string, what: "ask" | "reverse") =>
  Payments.use((payments) => payments[what]({ reference }))

const refunded = (reference: string, key: string, amount: Fen) =>
  Payments.use((payments) => payments.refund({ reference, key, amount, reason: "退货" })).pipe(
    Effect.map(
      (refund): Said => ({
        code: refund._tag === "Accepted" ? "00" : refund._tag === "Declined" ? "F3" : "P2"
      })
    )
  )

const codeOf = (standing: Standing): Said => {
  const number = "outTradeNo" in standing ? { outTradeNo: standing.outTradeNo } : {}
  return { code: codes[standing._tag], ...number }
}

const codes: Readonly<Record<Standing["_tag"], string>> = {
  Paid: "00",
  Open: "P1",
  Paying: "P1",
  Awaited: "P2",
  Held: "P2",
  Reversing: "P2",
  Refused: "F3",
  Reversed: "R0",
  Closed: "R0"
}

/** A refusal is something to say too. */
const said = <E extends { readonly _tag: string }, R>(answer: Effect.Effect<Said, E, R>) =>
  Effect.catch(answer, (error) => Effect.succeed<Said>({ code: refusals[error._tag] ?? "E9" }))

const refusals: Readonly<Record<string, string>> = {
  AmountDiffers: "E3",
  OrderDiffers: "E3",
  PaymentUnknown: "E4",
  NotRefundable: "E5"
}
