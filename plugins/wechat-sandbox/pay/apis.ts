import { Effect } from "effect"
import { type Api, get, ok, param, post } from "./api.ts"
import { complaintApis } from "./complaint-apis.ts"
import {
  CloseRequest,
  CodepayRequest,
  EchoRequest,
  type Form,
  orderRequest,
  type Parties,
  PayOutRequest,
  RefundRequest,
  ReverseRequest
} from "./fields.ts"
import { reachable } from "./middle-page.ts"
import { refund, transaction } from "./wire.ts"

const orderWays = ["native", "jsapi", "app", "h5"] as const

/** Below which path the orders of merchants are, and those of partners. */
const transactions = {
  direct: "/v3/pay/transactions",
  partner: "/v3/pay/partner/transactions"
} as const

/** The name under which each way gives what leads its payer to the order. */
const given = { native: "code_url", jsapi: "prepay_id", app: "prepay_id", h5: "h5_url" } as const

/** All about orders, for merchants or for partners. */
const orderApis = (form: Form): ReadonlyArray<Api> => {
  const path = transactions[form]
  return [
    post<CodepayRequest, unknown>(`${path}/codepay`, "body", CodepayRequest[form], {
      form,
      answer: ({ codePayments }, { body, frozen, merchant }) =>
        Effect.map(codePayments.pay(merchant, body, frozen), (order) => ({
          status: order.state === "USERPAYING" ? 202 : 200,
          body: transaction(order)
        }))
    }),
    ...orderWays.map((way) =>
      post(`${path}/${way}`, "body", orderRequest(way, form), {
        form,
        answer: ({ orders }, { body, frozen, merchant, origin }) =>
          Effect.map(orders.create(way, merchant, body, frozen), ({ credential }) =>
            ok({ [given[way]]: reachable(credential ?? "", origin) })
          )
      })
    ),
    get(`${path}/out-trade-no/:outTradeNo`, "query", {
      form,
      answer: ({ orders }, call) => {
        const number = param(call, "outTradeNo")
        const found = orders.byNumber(call.merchant.mchid, number, call.sub)
        return Effect.map(found, (order) => ok(transaction(order)))
      }
    }),
    get(`${path}/id/:transactionId`, "query", {
      form,
      answer: ({ orders }, call) => {
        const number = param(call, "transactionId")
        const found = orders.byTransaction(call.merchant.mchid, number, call.sub)
        return Effect.map(found, (order) => ok(transaction(order)))
      }
    }),
    post<Parties, unknown>(`${path}/out-trade-no/:outTradeNo/close`, "body", CloseRequest[form], {
      form,
      answer: ({ orders }, call) => {
        const closed = orders.close(call.merchant.mchid, param(call, "outTradeNo"), call.sub)
        return Effect.as(closed, { status: 204 })
      }
    }),
    post<Parties, unknown>(
      `${path}/out-trade-no/:outTradeNo/reverse`,
      "body",
      ReverseRequest[form],
      {
        form,
        answer: ({ codePayments }, call) => {
          const out_trade_no = param(call, "outTradeNo")
          const done = codePayments.reverse(call.merchant.mchid, out_trade_no, call.sub)
          return Effect.as(done, ok({ ...call.body, out_trade_no }))
        }
      }
    )
  ]
}

export const payApis: ReadonlyArray<Api> = [
  ...orderApis("direct"),
  ...orderApis("partner"),
  post("/v3/refund/domestic/refunds", "nowhere", RefundRequest, {
    answer: ({ refunds }, { body, merchant }) =>
      Effect.map(refunds.ask(merchant.mchid, body), ({ order, row }) => ok(refund(row, order)))
  }),
  get("/v3/refund/domestic/refunds/:outRefundNo", "nowhere", {
    answer: ({ refunds }, call) =>
      Effect.map(refunds.find(call.merchant.mchid, param(call, "outRefundNo")), ({ order, row }) =>
        ok(refund(row, order))
      )
  }),
  post("/v3/refund/domestic/refunds/:refundId/apply-abnormal-refund", "nowhere", PayOutRequest, {
    needsSerial: true,
    answer: ({ payOuts }, call) =>
      Effect.map(payOuts.apply(call.merchant.mchid, param(call, "refundId"), call), (of) =>
        ok(refund(of.row, of.order))
      )
  }),
  get("/v3/bill/tradebill", "nowhere", {
    answer: ({ bills }, { merchant, origin, query }) =>
      Effect.map(bills.ask("trade", merchant.mchid, origin, query), ok)
  }),
  get("/v3/bill/fundflowbill", "nowhere", {
    answer: ({ bills }, { merchant, origin, query }) =>
      Effect.map(bills.ask("funds", merchant.mchid, origin, query), ok)
  }),
  get("/v3/billdownload/file", "nowhere", {
    answer: ({ bills }, { merchant, query }) =>
      Effect.map(bills.file(merchant.mchid, query), (file) => ({ status: 200, file }))
  }),
  get("/v3/certificates", "nowhere", {
    answer: ({ security }, { merchant }) => Effect.map(security.certificates(merchant), ok)
  }),
  post("/v3/security/echo", "nowhere", EchoRequest, {
    needsSerial: true,
    answer: ({ security }, { body, key, merchant }) =>
      Effect.map(security.echo(merchant, body, key), ok)
  }),
  ...complaintApis
]
