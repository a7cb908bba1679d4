import { Effect } from "effect"
import { type Api, get, ok, param, post } from "./api.ts"
import { complaintApis } from "./complaint-apis.ts"
import {
  CloseRequest,
  CodepayRequest,
  EchoRequest,
  NativeRequest,
  PayOutRequest,
  RefundRequest,
  ReverseRequest
} from "./fields.ts"
import { refund, transaction } from "./wire.ts"

export const payApis: ReadonlyArray<Api> = [
  post("/v3/pay/transactions/codepay", "body", CodepayRequest, {
    answer: ({ codePayments }, { body, frozen, merchant }) =>
      Effect.map(codePayments.pay(merchant, body, frozen), (order) => ({
        status: order.state === "USERPAYING" ? 202 : 200,
        body: transaction(order)
      }))
  }),
  post("/v3/pay/transactions/native", "body", NativeRequest, {
    answer: ({ orders }, { body, frozen, merchant }) =>
      Effect.map(orders.native(merchant, body, frozen), ({ credential }) =>
        ok({ code_url: credential })
      )
  }),
  get("/v3/pay/transactions/out-trade-no/:outTradeNo", "query", {
    answer: ({ orders }, call) =>
      Effect.map(orders.byNumber(call.merchant.mchid, param(call, "outTradeNo")), (order) =>
        ok(transaction(order))
      )
  }),
  get("/v3/pay/transactions/id/:transactionId", "query", {
    answer: ({ orders }, call) =>
      Effect.map(orders.byTransaction(call.merchant.mchid, param(call, "transactionId")), (order) =>
        ok(transaction(order))
      )
  }),
  post("/v3/pay/transactions/out-trade-no/:outTradeNo/close", "body", CloseRequest, {
    answer: ({ orders }, call) =>
      Effect.as(orders.close(call.merchant.mchid, param(call, "outTradeNo")), { status: 204 })
  }),
  post("/v3/pay/transactions/out-trade-no/:outTradeNo/reverse", "body", ReverseRequest, {
    answer: ({ codePayments }, call) => {
      const out_trade_no = param(call, "outTradeNo")
      const done = codePayments.reverse(call.merchant.mchid, out_trade_no)
      return Effect.as(done, ok({ ...call.body, out_trade_no }))
    }
  }),
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
