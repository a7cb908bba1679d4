import { always, atRest } from "./history.ts"
import { heldOf, isCaptured, isLeftToPerson, keptOf, sum } from "./money.ts"

export const moneyIsWhole = always("Money is whole fen", ({ rows, wechat }) =>
  [
    ...[...rows.payments, ...rows.attempts, ...rows.refunds].map(
      ({ amount, id }) => [id, amount, 1] as const
    ),
    ...rows.reversals.map(({ id, returned }) => [id, returned, 0] as const),
    ...wechat.map(({ outTradeNo, total }) => [outTradeNo, total, 1] as const)
  ]
    .filter(([, amount, least]) => !Number.isSafeInteger(amount) || amount < least)
    .map(([id, amount]) => `${id} is over ${amount}`)
)

export const booksBalance = atRest(
  "What WeChat keeps for the merchant is what we hold, to the fen",
  (history) => {
    const counted = history.wechat.filter(({ outTradeNo }) => !isLeftToPerson(history, outTradeNo))
    const theirs = sum(counted.filter(isCaptured).map(keptOf))
    const ours = sum(
      history.rows.attempts
        .filter(({ id }) => !isLeftToPerson(history, id))
        .map(({ id }) => heldOf(history, id))
    )
    return theirs === ours ? [] : [`WeChat keeps ${theirs}, we hold ${ours}`]
  }
)
