import { always, atRest, type History } from "./history.ts"
import {
  heldOf,
  isCaptured,
  isGoing,
  isLeftToPerson,
  keptOf,
  type Order,
  refundedBy
} from "./money.ts"

const attemptOf = ({ rows }: History, { outTradeNo }: Order) =>
  rows.attempts.find(({ id }) => id === outTradeNo)

export const everyCaptureIsOurs = atRest(
  "Each capture at WeChat's is one paid attempt of ours, over the same sum",
  (history) =>
    history.wechat.filter(isCaptured).flatMap((order) => {
      const attempt = attemptOf(history, order)
      // One that was undone in the same moment may never have been seen paid.
      const seen =
        attempt?.state === "paid" || (order.tradeState === "REVOKED" && attempt?.state === "closed")
      return seen && attempt.amount === order.total
        ? []
        : [
            `${order.outTradeNo} took ${order.total}, here it is ${attempt?.state} over ${attempt?.amount}`
          ]
    })
)

export const paidMeansPaid = always(
  "What is paid here was captured by WeChat: same merchant, appid, amount and transaction",
  (history) =>
    history.rows.attempts
      .filter(({ state }) => state === "paid")
      .flatMap(({ amount, id, merchant, transaction_id }) => {
        const order = history.wechat.find(({ outTradeNo }) => outTradeNo === id)
        const same =
          order !== undefined &&
          isCaptured(order) &&
          order.mchid === merchant &&
          order.appid === history.appid &&
          order.total === amount &&
          order.transactionId === transaction_id
        return same ? [] : [`${id} is paid here, at WeChat's it is ${order?.tradeState}`]
      })
)

export const nothingIsKeptUnknown = atRest(
  "What WeChat has captured is paid here, or given back in full",
  (history) =>
    history.wechat
      .filter((order) => keptOf(order) > 0 && !isLeftToPerson(history, order.outTradeNo))
      .filter(({ outTradeNo }) => !history.rows.payments.some((one) => one.paid_by === outTradeNo))
      .map((order) => `${keptOf(order)} of ${order.outTradeNo} are kept and no payment says so`)
)

export const nothingCanStillBePaid = atRest(
  "No order at WeChat's waits for a payer whom nobody waits for",
  ({ wechat }) =>
    wechat
      .filter(({ tradeState }) => tradeState === "NOTPAY" || tradeState === "USERPAYING")
      .map(({ outTradeNo, tradeState }) => `${outTradeNo} is still ${tradeState}`)
)

export const onceATicket = atRest("No ticket keeps more than one capture", (history) =>
  history.rows.payments.flatMap(({ id, reference }) => {
    const own = history.rows.attempts.filter(({ payment }) => payment === id)
    const kept = history.wechat.filter(
      (order) =>
        keptOf(order) > 0 &&
        own.some(({ id }) => id === order.outTradeNo) &&
        !isLeftToPerson(history, order.outTradeNo)
    )
    return kept.length > 1
      ? [
          `${reference} was paid ${kept.length} times: ${kept.map(({ outTradeNo }) => outTradeNo).join(", ")}`
        ]
      : []
  })
)

type Book = "kept" | "refunded" | "nothing to keep"

const bookOf = (kept: number, refunds: number): Book =>
  kept > 0 ? "kept" : refunds > 0 ? "refunded" : "nothing to keep"

export const sameThreeSets = atRest(
  "Kept, refunded and nothing to keep are the same three sets in both books",
  (history) => {
    const orders = new Map(history.wechat.map((order) => [order.outTradeNo, order]))
    const numbers = [...orders.keys(), ...history.rows.attempts.map(({ id }) => id)]
    return [...new Set(numbers)]
      .filter((id) => !isLeftToPerson(history, id))
      .flatMap((id) => {
        const order = orders.get(id)
        const refunds = history.rows.refunds.filter(
          (refund) => refund.attempt === id && isGoing(refund)
        )
        const there = order === undefined ? bookOf(0, 0) : bookOf(keptOf(order), refundedBy(order))
        const here = bookOf(heldOf(history, id), refunds.length)
        return there === here ? [] : [`${id} is ${there} at WeChat's and ${here} here`]
      })
  }
)
