import { Effect, type Result, type Schema } from "effect"
import type { RawRequest } from "#core"
import type { Merchant, WechatKey } from "../credentials.ts"
import type { SandboxServices } from "../sandbox.ts"
import {
  CloseRequest,
  CodepayRequest,
  EchoRequest,
  NativeRequest,
  PayOutRequest,
  RefundRequest,
  ReverseRequest
} from "./fields.ts"
import { reader } from "./read.ts"
import type { Refused } from "./refusal.ts"
import { refund, transaction } from "./wire.ts"

export interface Answer {
  readonly status: 200 | 202 | 204
  readonly body?: object
}

/** An authentic request, its body decoded. */
export interface Call<B> {
  readonly merchant: Merchant
  readonly params: RawRequest["params"]
  readonly body: B
  /** The body as it came: what a number may come again with. */
  readonly frozen: string
  /** WeChat's key that answers, and that sealed fields are sealed for. */
  readonly key: WechatKey
}

/** One API of WeChat Pay. */
export interface Api {
  readonly method: "GET" | "POST"
  readonly path: `/${string}`
  /** Where it says on whose behalf it is called; that must be who signed. */
  readonly mchid: "body" | "query" | "nowhere"
  readonly needsSerial?: boolean
  /** Absent: a request without a body. */
  readonly read?: (body: unknown) => Result.Result<unknown, Refused>
  readonly answer: (sandbox: SandboxServices, call: Call<never>) => Effect.Effect<Answer, Refused>
}

type Rest<B> = {
  readonly answer: (sandbox: SandboxServices, call: Call<B>) => Effect.Effect<Answer, Refused>
  readonly needsSerial?: boolean
}

const get = (path: Api["path"], mchid: Api["mchid"], rest: Rest<undefined>): Api => ({
  method: "GET",
  path,
  mchid,
  ...rest
})

const post = <A, I>(
  path: Api["path"],
  mchid: Api["mchid"],
  schema: Schema.Codec<A, I>,
  rest: Rest<A>
): Api => ({ method: "POST", path, mchid, read: reader(schema), ...rest })

const ok = (body: object): Answer => ({ status: 200, body })
const param = ({ params }: Call<unknown>, name: string) => params[name] ?? ""

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
  get("/v3/certificates", "nowhere", {
    answer: ({ security }, { merchant }) => Effect.map(security.certificates(merchant), ok)
  }),
  post("/v3/security/echo", "nowhere", EchoRequest, {
    needsSerial: true,
    answer: ({ security }, { body, key, merchant }) =>
      Effect.map(security.echo(merchant, body, key), ok)
  })
]
