import { type Duration, Effect, Option, Schema } from "effect"
import type { Call } from "./call.ts"
import type { Merchant } from "./merchant.ts"
import { isFor, merchantIds, orderIds, type Parties, transactions } from "./parties.ts"
import { type OrderWay, ways } from "./ways.ts"
import {
  type RefundStatus,
  readEcho,
  readPrepay,
  readRefundStatus,
  readReversal,
  readTransaction,
  type Transaction
} from "./wire.ts"

/** How long each call may take, all in all. None is cut shorter than WeChat usually needs: that makes unknowns. */
const timeouts = {
  /** WeChat tries the payer's cards one after another, which takes seconds; a till waits little longer. */
  codepay: "10 seconds",
  /** Somebody waits for the cashier to appear; the same number can be asked for again. */
  order: "8 seconds",
  close: "8 seconds",
  /** Reads one row, and is soon asked again. */
  query: "5 seconds",
  /** Both may move money before they answer, and nobody waits for that. */
  reverse: "10 seconds",
  refund: "10 seconds"
} as const satisfies Record<string, Duration.Input>

export const codepay = (merchant: Merchant, body: string): Effect.Effect<Call<Transaction>> =>
  Effect.map(numbersIn(body), ({ out_trade_no }) => ({
    operation: "codepay",
    method: "POST",
    target: `${transactions(merchant)}/codepay`,
    body,
    timeout: timeouts.codepay,
    read: transaction(merchant, out_trade_no)
  }))

/** Gives what the payer finds the order by. */
export const order = (merchant: Merchant, way: OrderWay, body: string): Call<string> => ({
  operation: way,
  method: "POST",
  target: `${transactions(merchant)}/${way}`,
  body,
  timeout: timeouts.order,
  read: readPrepay[ways[way].prepay]
})

export const query = (merchant: Merchant, outTradeNo: string): Call<Transaction> => ({
  operation: "query",
  method: "GET",
  target: `${numbered(merchant, outTradeNo)}?${new URLSearchParams(merchantIds(merchant))}`,
  timeout: timeouts.query,
  read: transaction(merchant, outTradeNo)
})

export const close = (merchant: Merchant, outTradeNo: string): Call<void> => ({
  operation: "close",
  method: "POST",
  target: `${numbered(merchant, outTradeNo)}/close`,
  body: JSON.stringify(merchantIds(merchant)),
  timeout: timeouts.close,
  read: () => Option.some(undefined)
})

export const reverse = (merchant: Merchant, outTradeNo: string): Call<void> => ({
  operation: "reverse",
  method: "POST",
  target: `${numbered(merchant, outTradeNo)}/reverse`,
  body: JSON.stringify(orderIds(merchant)),
  timeout: timeouts.reverse,
  read: (text) => Option.asVoid(Option.filter(readReversal(text), isAbout(merchant, outTradeNo)))
})

export const refund = (body: string): Effect.Effect<Call<RefundStatus>> =>
  Effect.map(numbersIn(body), ({ out_refund_no }) => ({
    operation: "refund",
    method: "POST",
    target: "/v3/refund/domestic/refunds",
    body,
    timeout: timeouts.refund,
    read: refundStatus(out_refund_no)
  }))

export const queryRefund = (
  { mchid, partner }: Merchant,
  outRefundNo: string
): Call<RefundStatus> => ({
  operation: "queryRefund",
  method: "GET",
  target:
    `/v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}` +
    (partner === undefined ? "" : `?${new URLSearchParams({ sub_mchid: mchid })}`),
  timeout: timeouts.query,
  read: refundStatus(outRefundNo)
})

/** An abnormal refund, paid to another account. */
export const payOut = (
  refundId: string,
  outRefundNo: string,
  body: string
): Call<RefundStatus> => ({
  operation: "payOut",
  method: "POST",
  target: `/v3/refund/domestic/refunds/${encodeURIComponent(refundId)}/apply-abnormal-refund`,
  body,
  timeout: timeouts.refund,
  read: refundStatus(outRefundNo)
})

const HELLO = "weir"

export const echo: Call<void> = {
  operation: "echo",
  method: "POST",
  target: "/v3/security/echo",
  body: JSON.stringify({ echo_message: HELLO }),
  timeout: timeouts.query,
  read: (text) => Option.asVoid(Option.filter(readEcho(text), ({ message }) => message === HELLO))
}

const numbered = (merchant: Merchant, outTradeNo: string) =>
  `${transactions(merchant)}/out-trade-no/${encodeURIComponent(outTradeNo)}`

/** A signature says that WeChat wrote an answer, not that it answers this question. */
const isAbout =
  (merchant: Merchant, number: string) =>
  (answer: Parties & { readonly outTradeNo: string }): boolean =>
    isFor(merchant, answer) && answer.outTradeNo === number

const transaction = (merchant: Merchant, outTradeNo: string) => (text: string) =>
  Option.filter(readTransaction(text), isAbout(merchant, outTradeNo))

const refundStatus = (number: string | undefined) => (text: string) =>
  Option.filter(readRefundStatus(text), ({ outRefundNo }) => outRefundNo === number)

/** What our own body is about; one without a number was not made here. */
const decodeNumbers = Schema.decodeEffect(
  Schema.fromJsonString(
    Schema.Struct({ out_trade_no: Schema.String, out_refund_no: Schema.optionalKey(Schema.String) })
  )
)
const numbersIn = (body: string) => Effect.orDie(decodeNumbers(body))
