import { always, atRest, type History } from "./history.ts"
import { heldOf, isCaptured, isLeftToPerson, keptOf, type Order } from "./money.ts"

const attemptOf = ({ rows }: History, { outTradeNo }: Order) =>
  rows.attempts.find(({ id }) => id === outTradeNo)

export const everyCaptureIsOurs = atRest(
  "Each capture at WeChat's is one paid attempt of ours, over the same sum",
  (history) =>
    history.wechat.filter(isCaptured).flatMap((order) => {
      const attempt = attemptOf(history, order)
      return attempt?.state === "paid" && attempt.amount === order.total
        ? []
        : [`${order.outTradeNo} took ${order.total}, here it is ${attempt?.state} over ${attempt?.amount}`]
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
      ? [`${reference} was paid ${kept.length} times: ${kept.map(({ outTradeNo }) => outTradeNo).join(", ")}`]
      : []
  })
)

/** Per order and side: something is kept, all is given back, nothing was ever taken. */
type Books = "kept" | "given back" | "never taken"

const bookOf = (taken: boolean, kept: number): Books =>
  taken ? (kept > 0 ? "kept" : "given back") : "never taken"

export const sameThreeSets = atRest(
  "Kept, given back and never taken are the same three sets in both books",
  (history) => {
    const theirs = new Map(history.wechat.map((order) => [order.outTradeNo, order]))
    const ours = new Map(history.rows.attempts.map((attempt) => [attempt.id, attempt]))
    return [...new Set([...theirs.keys(), ...ours.keys()])].flatMap((id) => {
      if (isLeftToPerson(history, id)) return []
      const order = theirs.get(id)
      const there = order === undefined ? "never taken" : bookOf(isCaptured(order), keptOf(order))
      const here = bookOf(ours.get(id)?.state === "paid", heldOf(history, id))
      return there === here ? [] : [`${id} is ${there} at WeChat's and ${here} here`]
    })
  }
)
