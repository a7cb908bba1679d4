import type { Fen } from "../values/money.ts"
import type { Merchant } from "../wechat/pay/merchant.ts"
import { isOrder } from "../wechat/pay/ways.ts"
import type { Refusal } from "./model.ts"
import type { AttemptRow } from "./store.ts"

/**
 * WeChat's word on one `out_trade_no`, whichever way it came: the answer to the payment, to a query, or a notify.
 * It is the only thing that ends an attempt.
 */
export type Word =
  | {
      readonly says: "paid"
      readonly mchid: string
      /** Who acts for the merchant. */
      readonly partner?: string | undefined
      readonly appid: string
      readonly amount: Fen
      readonly currency: string
      readonly transactionId: string
      readonly paidAt: number
      /** Who paid, at the account of `appid`; where WeChat tells. */
      readonly openid?: string | undefined
      /** WeChat has begun to give it back. */
      readonly returning: boolean
    }
  | { readonly says: "paying" }
  | { readonly says: "waiting"; readonly prepay?: string }
  | { readonly says: "refused"; readonly why: Refusal; readonly detail: string }
  /** `unseen`: WeChat had never seen the number, whose request may still arrive. */
  | { readonly says: "closed"; readonly unseen?: true }
  /** The number has never reached WeChat, or not yet. */
  | { readonly says: "missing" }
  /** WeChat gave no word: what was sent may have happened. */
  | { readonly says: "nothing"; readonly reason: string }

/** Where a word leads an attempt; `undefined`: it stays where it is. */
export const next = (attempt: AttemptRow, word: Word): AttemptRow["state"] | undefined => {
  const ended =
    attempt.state === "paid" || attempt.state === "refused" || attempt.state === "closed"
  switch (word.says) {
    case "paid":
      return attempt.state === "paid" ? undefined : "paid"
    case "paying":
      return ended || attempt.state === "paying" ? undefined : "paying"
    case "waiting":
      // A code payment that is neither paid nor being paid tells nothing about the money: it stays open to question.
      if (ended || attempt.state === "sent" || attempt.state === "paying") return undefined
      return isOrder(attempt.way) ? "sent" : undefined
    case "refused":
      return ended ? undefined : "refused"
    case "closed":
      return ended ? undefined : "closed"
    case "missing":
    case "nothing":
      // An order that WeChat has taken waits for its payer; not having heard of them lately makes it no more doubtful.
      if (word.says === "nothing" && attempt.prepay !== null) return undefined
      return ended || attempt.state === "unknown" || attempt.state === "paying"
        ? undefined
        : "unknown"
  }
}

/** What keeps an authentic word "paid" from being ours (`wanted`: by whom alone it may be), or `undefined` when it fits our row. Never a reason to change the row. */
export const mismatch = (
  attempt: AttemptRow,
  merchant: Pick<Merchant, "appid" | "partner"> | undefined,
  word: Extract<Word, { says: "paid" }>,
  wanted?: string
): string | undefined => {
  if (word.mchid !== attempt.merchant) return "another merchant"
  if (word.partner !== merchant?.partner?.mchid) return "another partner"
  if (word.appid !== (attempt.appid ?? merchant?.appid)) return "another appid"
  if (wanted !== undefined && word.openid !== undefined && word.openid !== wanted)
    return "another payer"
  if (word.amount !== attempt.amount)
    return `an amount of ${word.amount} fen instead of ${attempt.amount}`
  if (word.currency !== "CNY") return `the currency ${word.currency}`
  if (attempt.transaction_id !== null && attempt.transaction_id !== word.transactionId)
    return "another transaction under the same number"
  return undefined
}
