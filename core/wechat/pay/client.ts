import { Context, Effect, Layer } from "effect"
import { type BillAddress, type BillKind, billCall, makeFetch } from "./bills.ts"
import * as calls from "./calls.ts"
import type { NotAuthentic, PayFailure } from "./errors.ts"
import { makeAsk } from "./exchange.ts"
import type { Merchant } from "./merchant.ts"
import { type Notify, openNotify } from "./notify.ts"
import { type PayOut, payOutBody } from "./pay-out.ts"
import { openV2Notify } from "./v2/notify.ts"
import { isXml } from "./v2/xml.ts"
import type { Headers } from "./verification.ts"
import type { OrderWay } from "./ways.ts"
import { WechatKeys } from "./wechat-keys.ts"
import type { RefundStatus, Transaction } from "./wire.ts"

/**
 * WeChat Pay's interface, for merchants of version 3 and of version 2 alike. Each call is sent once. It ends in WeChat's verified word, or in one of three failures:
 * refused, not sent, or unknown, which only a query resolves.
 *
 * Bodies are the frozen JSON of an attempt: they are signed and sent as they are.
 */
export class WechatPay extends Context.Service<
  WechatPay,
  {
    codepay(merchant: Merchant, body: string): Effect.Effect<Transaction, PayFailure>
    /** Gives what the payer finds the order by: a `code_url`, a `prepay_id` or an `h5_url`. */
    order(merchant: Merchant, way: OrderWay, body: string): Effect.Effect<string, PayFailure>
    query(merchant: Merchant, outTradeNo: string): Effect.Effect<Transaction, PayFailure>
    /** Succeeds for numbers WeChat has never seen as well, and somebody already typing the password may still pay. */
    close(merchant: Merchant, outTradeNo: string): Effect.Effect<void, PayFailure>
    /** Undoes a code payment, whether paid or not. */
    reverse(merchant: Merchant, outTradeNo: string): Effect.Effect<void, PayFailure>
    /** Success only means accepted. */
    refund(merchant: Merchant, body: string): Effect.Effect<RefundStatus, PayFailure>
    queryRefund(merchant: Merchant, outRefundNo: string): Effect.Effect<RefundStatus, PayFailure>
    /** Pays an ABNORMAL refund to another account. */
    payOut(
      merchant: Merchant,
      refund: { readonly outRefundNo: string; readonly refundId: string; readonly to: PayOut }
    ): Effect.Effect<RefundStatus, PayFailure>
    /** Tries our keys and WeChat's in both directions; moves nothing. */
    echo(merchant: Merchant): Effect.Effect<void, PayFailure>
    /** Where the bill of a day (`2026-11-24`) is, from ten o'clock of the next on, for five minutes. */
    bill(merchant: Merchant, kind: BillKind, day: string): Effect.Effect<BillAddress, PayFailure>
    /** Fetches a bill's file piece by piece. WeChat does not sign it: only its hash says that it is the bill. */
    billFile(
      merchant: Merchant,
      address: BillAddress,
      into: (piece: Uint8Array) => void
    ): Effect.Effect<void, PayFailure>
    openNotify(
      merchant: Merchant,
      message: { readonly headers: Headers; readonly body: Uint8Array }
    ): Effect.Effect<Notify, NotAuthentic>
  }
>()("weir/WechatPay") {
  /** `url` is the address of WeChat Pay, or of the sandbox. */
  static readonly layer = (url: string) =>
    Layer.effect(
      WechatPay,
      Effect.map(Effect.all([makeAsk(url), makeFetch(url), WechatKeys]), ([ask, fetch, keys]) =>
        WechatPay.of({
          bill: (merchant, kind, day) => ask(merchant, billCall(kind, day)),
          billFile: fetch,
          codepay: (merchant, body) =>
            Effect.flatMap(calls.codepay(merchant, body), (call) => ask(merchant, call)),
          order: (merchant, way, body) => ask(merchant, calls.order(merchant, way, body)),
          query: (merchant, outTradeNo) => ask(merchant, calls.query(merchant, outTradeNo)),
          close: (merchant, outTradeNo) => ask(merchant, calls.close(merchant, outTradeNo)),
          reverse: (merchant, outTradeNo) => ask(merchant, calls.reverse(merchant, outTradeNo)),
          refund: (merchant, body) =>
            Effect.flatMap(calls.refund(body), (call) => ask(merchant, call)),
          queryRefund: (merchant, outRefundNo) =>
            ask(merchant, calls.queryRefund(merchant, outRefundNo)),
          payOut: (merchant, { outRefundNo, refundId, to }) =>
            ask(
              merchant,
              calls.payOut(refundId, outRefundNo, payOutBody(merchant, outRefundNo, to))
            ),
          echo: (merchant) => ask(merchant, calls.echo),
          openNotify: (merchant, message) =>
            isXml(message.body)
              ? openV2Notify(merchant, message.body, (outRefundNo) =>
                  ask(merchant, calls.queryRefund(merchant, outRefundNo))
                )
              : Effect.flatMap(keys.for(merchant, message.headers), (known) =>
                  openNotify({ ...merchant, keys: known }, message)
                )
        })
      )
    )
}
