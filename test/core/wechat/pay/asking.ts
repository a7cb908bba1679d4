import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { WechatPay } from "../../../../core/wechat/pay/client.ts"
import type { PayFailure } from "../../../../core/wechat/pay/errors.ts"
import type { OrderWay } from "../../../../core/wechat/pay/ways.ts"
import { type Deed, merchant, settings, order as transaction, wechat } from "./fixture.ts"

export const SALE = "WEIR20261124000001"
export const REFUND = "WEIRR20261124000001"
export const saleBody = JSON.stringify({ out_trade_no: SALE, description: "停车费  A", n: 1 })
const refundBody = JSON.stringify({ out_trade_no: SALE, out_refund_no: REFUND })
export const refund = (more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    refund_id: "50300099992026112400000000001",
    out_refund_no: REFUND,
    transaction_id: "4200009999202611240000000001",
    out_trade_no: SALE,
    status: "PROCESSING",
    create_time: "2026-11-24T14:00:02+08:00",
    amount: { total: 12850, refund: 50 },
    ...more
  })

type Pay = WechatPay["Service"]

const order = (way: OrderWay, given: object) => ({
  ask: (pay: Pay) => pay.order(merchant, way, saleBody),
  answer: { body: JSON.stringify(given) }
})

/** Every call there is, with an answer that fits it. */
export const operations = {
  codepay: {
    ask: (pay: Pay) => pay.codepay(merchant, saleBody),
    answer: { body: transaction(SALE) }
  },
  native: order("native", { code_url: "weixin://wxpay/bizpayurl?pr=T" }),
  jsapi: order("jsapi", { prepay_id: "wx24113000000000test00000000000001" }),
  app: order("app", { prepay_id: "wx24113000000000test00000000000001" }),
  h5: order("h5", { h5_url: "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1" }),
  query: { ask: (pay: Pay) => pay.query(merchant, SALE), answer: { body: transaction(SALE) } },
  close: { ask: (pay: Pay) => pay.close(merchant, SALE), answer: { status: 204 } },
  reverse: {
    ask: (pay: Pay) => pay.reverse(merchant, SALE),
    answer: { body: JSON.stringify({ mchid: settings.mchid, out_trade_no: SALE }) }
  },
  refund: { ask: (pay: Pay) => pay.refund(merchant, refundBody), answer: { body: refund() } },
  queryRefund: { ask: (pay: Pay) => pay.queryRefund(merchant, REFUND), answer: { body: refund() } },
  echo: { ask: (pay: Pay) => pay.echo(merchant), answer: { body: '{"echo_message":"weir"}' } }
} satisfies Record<string, { ask: (pay: Pay) => Effect.Effect<unknown, PayFailure>; answer: Deed }>
type Name = keyof typeof operations
export const names = Object.keys(operations) as ReadonlyArray<Name>

/** Asks once of a WeChat that always does the same. */
export const ask = Effect.fnUntraced(function* (name: Name, deed: Deed) {
  const { pay, requests } = yield* wechat(() => deed)
  const answer: Effect.Effect<unknown, PayFailure> = operations[name].ask(pay)
  const outcome = yield* Effect.match(answer, {
    onFailure: (failure) => failure,
    onSuccess: (success) => ({ _tag: "Success", success }) as const
  })
  return { outcome, requests }
})

export const refusal = Effect.fnUntraced(function* (name: Name, deed: Deed) {
  const { outcome } = yield* ask(name, deed)
  if (outcome._tag !== "PayRefused") return assert.fail(`${outcome._tag} is not a refusal`)
  return outcome
})

export const unknown = Effect.fnUntraced(function* (name: Name, deed: Deed) {
  const { outcome } = yield* ask(name, deed)
  if (outcome._tag !== "PayUnknown") return assert.fail(`${outcome._tag} is not unknown`)
  return outcome
})

export const says = (code: string, message = "说明") => JSON.stringify({ code, message })
