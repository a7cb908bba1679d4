import { Clock, Effect } from "effect"
import { Database } from "../database/database.ts"
import { leaveTodo } from "../tasks/todos.ts"
import type { Merchant } from "../wechat/pay/merchant.ts"
import type { Notify } from "../wechat/pay/notify.ts"
import { wordOf } from "./hearing.ts"
import { Ledger } from "./ledger.ts"
import type { Refunds } from "./refunds/refunds.ts"

/** Applies an authentic notify to our rows; what does not match any of them is left for a person, and changes nothing. */
export type Notified = (merchant: Merchant, notify: Notify) => Effect.Effect<void>

export const makeNotified = Effect.fnUntraced(function* (refunds: Refunds) {
  const database = yield* Database
  const ledger = yield* Ledger

  const stranger = Effect.fnUntraced(function* (kind: string, subject: string, what: string) {
    const at = yield* Clock.currentTimeMillis
    const detail = `WeChat told us of ${what} we never asked for`
    yield* database.write(`todo:${subject}`, (sql) => leaveTodo(sql, { kind, subject, detail, at }))
  })

  const notified: Notified = Effect.fnUntraced(function* (merchant, notify) {
    const { resource } = notify
    switch (resource.kind) {
      case "transaction": {
        const number = resource.transaction.outTradeNo
        const sale = yield* ledger.saleOf(number)
        if (sale === undefined || sale.payment.merchant !== merchant.mchid)
          return yield* stranger("payment.stranger", number, "a payment")
        const word = wordOf(resource.transaction, yield* Clock.currentTimeMillis)
        return yield* ledger.hear(number, word, "notify")
      }
      case "refund": {
        const number = resource.refund.outRefundNo
        const known = yield* refunds.load(number)
        if (known === undefined || known.merchant !== merchant.mchid)
          return yield* stranger("refund.stranger", number, "a refund")
        yield* refunds.hear(number, resource.refund)
        return
      }
      case "complaint":
      case "other":
        return
    }
  })
  return notified
})
