import { Clock, Duration, Effect } from "effect"
import { ways } from "../wechat/pay/ways.ts"
import { Ledger } from "./ledger.ts"
import { AmountDiffers, type Order, type Standing, Withdrawn } from "./model.ts"
import type { Try } from "./placing.ts"
import { attemptStanding, hasEnded, type Sale } from "./standing.ts"
import { type AttemptRow, type PaymentRow, tables } from "./store.ts"

/** Begins an attempt, once nothing else stands in its way. */
export const makeOpening = Effect.gen(function* () {
  const ledger = yield* Ledger

  /** The old system is still there: silence is counted from now. */
  const asked = Effect.fnUntraced(function* ({ asked_at, id }: PaymentRow, attempt: AttemptRow) {
    const now = yield* Clock.currentTimeMillis
    if (hasEnded(attempt) || now - asked_at < 10_000) return
    yield* ledger.change(attempt.id, async (sql) => {
      await tables(sql)
        .updateTable("weir_payments")
        .set({ asked_at: now })
        .where("id", "=", id)
        .execute()
    })
  })

  /** Whoever was told of its end may not have been able to write it down; then nobody asks WeChat any more. */
  const hurry = Effect.fnUntraced(function* (attempt: AttemptRow) {
    const now = yield* Clock.currentTimeMillis
    if (hasEnded(attempt) || now - attempt.sent_at < longestAnswer) return
    yield* ledger.change(attempt.id, (sql, { resolve }) => resolve(sql, attempt.id, now))
  })

  /**
   * The attempt that answers for an order: a new one, the same as before, or one that has ended for good. What was begun another way, or
   * for somebody else, is closed before this one may take money. `undefined`: it can no longer be paid.
   */
  const open = Effect.fnUntraced(function* (order: Order, how: Try) {
    for (;;) {
      const opened = yield* ledger.open(order, how)
      if (opened.is === "differs") return yield* new AmountDiffers({ reference: order.reference })
      if (opened.is === "withdrawn") return yield* new Withdrawn({ reference: order.reference })
      if (opened.is === "over") return undefined
      const { attempt, is } = opened
      if (is === "new") return { attempt, isNew: true }
      yield* asked(opened.payment, attempt)
      yield* hurry(attempt)
      if (isSame(attempt, how) || hasEnded(attempt)) return { attempt, isNew: false }
      const why = ways[attempt.way].isReversible ? "till" : "superseded"
      if (yield* ledger.undo(opened, why))
        yield* ledger.until(order, (sale) => end(sale, attempt.id))
    }
  })

  return { asked, open }
})

/** What WeChat says to a payment is not waited for any longer than this. */
const longestAnswer = Duration.toMillis("10 seconds")

/** A code payment that runs answers for whichever code is shown meanwhile; an order for its account and payer alone. */
const isSame = ({ appid, code_mark, payer, way }: AttemptRow, how: Try) =>
  way === how.way &&
  (way === "codepay" ||
    ((how.appid === undefined || how.appid === appid) &&
      (how.payer ?? null) === payer &&
      how.mark === code_mark))

/** How an attempt ended, once it has. */
export const end = (sale: Sale, outTradeNo: string): Standing | undefined => {
  const attempt = sale.attempts.find(({ id }) => id === outTradeNo)
  if (attempt === undefined) return undefined
  const now = attemptStanding(sale, attempt)
  return now._tag === "Paid" || now._tag === "Refused" || now._tag === "Reversed" ? now : undefined
}
