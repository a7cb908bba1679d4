import { Clock, Duration, Effect } from "effect"
import { isOrder, ways } from "../wechat/pay/ways.ts"
import { Ledger } from "./ledger.ts"
import type { Order } from "./model.ts"
import type { makeOpening } from "./opening.ts"
import type { Try } from "./placing.ts"
import type { makeSending, Wanted } from "./sending.ts"
import { attemptStanding, type Sale, standing } from "./standing.ts"
import type { AttemptRow } from "./store.ts"

/** Brings an order before its payer: opens it, has WeChat take it, and asks again once what WeChat gave has died. */
export const makeBringing = Effect.fnUntraced(function* (
  { open }: Effect.Success<typeof makeOpening>,
  sending: Effect.Success<typeof makeSending>
) {
  const ledger = yield* Ledger

  const found = Effect.fnUntraced(function* (order: Order) {
    const sale = yield* ledger.sale(order)
    return sale ?? (yield* Effect.die(new Error(`Payment ${order.reference} vanished`)))
  })

  return Effect.fnUntraced(function* (order: Order, how: Try, wanted: Omit<Wanted, "title"> = {}) {
    const opened = yield* open(order, how)
    if (opened === undefined) return { standing: standing(yield* found(order)) }
    const { attempt } = opened
    const now = yield* Clock.currentTimeMillis
    const { _tag } = attemptStanding(yield* found(order), attempt)
    // One that is being undone is not asked for again; the next time finds it gone, and begins another.
    const isWaiting = _tag === "Awaited" || _tag === "Paying"
    if (isWaiting && isOrder(attempt.way) && !isFresh(attempt, now)) {
      const word = yield* sending.order({ ...wanted, title: order.title }, attempt, attempt.way)
      yield* ledger.hear(attempt.id, word, `${attempt.way}: ${word.says}`)
      // What WeChat knew before and gives no more may have been paid, or closed.
      if (word.says === "nothing" && attempt.prepay !== null)
        yield* ledger.change(attempt.id, (sql, { resolve }) => resolve(sql, attempt.id, now))
    }
    return brought(yield* found(order), attempt, yield* Clock.currentTimeMillis)
  })
})

/** What is shown to the payer dies a little before WeChat lets it. */
export const isFresh = ({ prepay_at, way }: AttemptRow, now: number) =>
  prepay_at !== null && now < prepay_at + 0.9 * Duration.toMillis(ways[way].life)

/** An attempt as it is now, and whether its payer can still go there. */
const brought = (sale: Sale, { id }: AttemptRow, now: number) => {
  const attempt = sale.attempts.find((one) => one.id === id)
  if (attempt === undefined) return { standing: standing(sale) }
  const stands = attemptStanding(sale, attempt)
  const isPayable = stands._tag === "Paying" && isFresh(attempt, now)
  return { standing: stands, ...(isPayable && { attempt }) }
}
