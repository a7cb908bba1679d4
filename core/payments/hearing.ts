import { refusalOf } from "../wechat/pay/codes.ts"
import type { PayFailure } from "../wechat/pay/errors.ts"
import type { Transaction } from "../wechat/pay/wire.ts"
import type { Word } from "./word.ts"

/** What WeChat's order says, as our word. A refunded order was paid; how much came back is in the refunds only. */
export const wordOf = (order: Transaction, now: number): Word => {
  switch (order.tradeState) {
    case "SUCCESS":
    case "REFUND":
      return {
        says: "paid",
        mchid: order.mchid,
        partner: order.partner,
        appid: order.appid,
        amount: order.amount.total,
        currency: order.amount.currency,
        transactionId: order.transactionId,
        paidAt: order.successTime ?? now,
        openid: order.payer?.openid,
        returning: order.tradeState === "REFUND"
      }
    case "USERPAYING":
    case "ACCEPT":
      return { says: "paying" }
    case "NOTPAY":
      return { says: "waiting" }
    case "PAYERROR":
      return { says: "refused", why: "other", detail: "PAYERROR" }
    case "CLOSED":
    case "REVOKED":
      return { says: "closed" }
  }
}

/** What a failed request for money says. Only a definite refusal is an end; everything else is asked about. */
export const wordOfPayFailure = (failure: PayFailure): Word => {
  switch (failure._tag) {
    case "PayNotSent":
      return { says: "refused", why: "not sent", detail: failure.reason }
    case "PayUnknown":
      return { says: "nothing", reason: failure.reason }
    case "PayRefused":
      return failure.reaction === "ask"
        ? { says: "nothing", reason: failure.code }
        : { says: "refused", why: refusalOf(failure.code), detail: failure.code }
  }
}

/** What a failed query says: only "no such order" is a word. */
export const wordOfQueryFailure = (failure: PayFailure): Word => {
  if (failure._tag !== "PayRefused") return { says: "nothing", reason: failure.reason }
  return failure.code === "ORDER_NOT_EXIST"
    ? { says: "missing" }
    : { says: "nothing", reason: failure.code }
}
