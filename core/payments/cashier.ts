import { Clock, Context, Duration, Effect, Layer } from "effect"
import type { Fen } from "../values/money.ts"
import { Ledger } from "./ledger.ts"
import { codeMark } from "./mark.ts"
import {
  AmountDiffers,
  NotRefundable,
  type Order,
  PaymentUnknown,
  type Reference,
  type RefundStanding,
  type Standing
} from "./model.ts"
import { makeNotified, type Notified } from "./notified.ts"
import { makeRecovery } from "./recovery.ts"
import { makeRefunds, type Refunds } from "./refunds/refunds.ts"
import { isUndone } from "./refunds/rules.ts"
import { makeResolve } from "./resolve.ts"
import { attemptOf, refundsOf, reversalOf } from "./rows.ts"
import { type CodeOrder, makeSending, type QrOrder } from "./sending.ts"
import { askReversal } from "./settle.ts"
import { current, hasEnded, refunded, refundStanding, type Sale, standing } from "./standing.ts"
import { type AttemptRow, type PaymentRow, tables } from "./store.ts"

export interface RefundOrder extends Reference {
  /** The old system's own key of this refund: the same key is the same money. */
  readonly key: string
  readonly amount: Fen
  /** What the payer reads, at most 80 characters. */
  readonly reason: string
  /** Where it is given back and by whom there; without it, where it was sold. */
  readonly store?: string
  readonly device?: string
  readonly by?: string
}

/** Takes money and gives it back, for whichever plugin asks. Plugins see it as `Payments`, bound to their own references. */
export class Cashier extends Context.Service<
  Cashier,
  {
    collect(order: CodeOrder): Effect.Effect<Standing, AmountDiffers>
    show(order: QrOrder): Effect.Effect<Shown, AmountDiffers>
    standing(reference: Reference): Effect.Effect<Standing, PaymentUnknown>
    ask(reference: Reference): Effect.Effect<Standing, PaymentUnknown>
    reverse(reference: Reference): Effect.Effect<Standing, PaymentUnknown | NotRefundable>
    refund(
      order: RefundOrder
    ): Effect.Effect<RefundStanding, PaymentUnknown | NotRefundable | AmountDiffers>
    /** What people do about refunds. */
    readonly refunds: Pick<Refunds, "list" | "confirm" | "decline" | "renew" | "payOut">
    /** Applies an authentic notify. */
    readonly notified: Notified
    /** Makes every attempt without an end due to be asked about. */
    readonly recover: Effect.Effect<void>
    /** The same for what was left without anybody waiting for it. */
    readonly sweep: Effect.Effect<void>
  }
>()("weir/Cashier") {
  static readonly layer = Layer.effect(
    Cashier,
    Effect.gen(function* () {
      const ledger = yield* Ledger
      const sending = yield* makeSending
      const refunds = yield* makeRefunds
      const { ask: askWechat, load } = yield* makeResolve(refunds)
      const { recover, sweep } = yield* makeRecovery
      const notified = yield* makeNotified(refunds)

      const sale = Effect.fnUntraced(function* (reference: Reference) {
        const found = yield* ledger.sale(reference)
        return found ?? (yield* new PaymentUnknown({ reference: reference.reference }))
      })

      /** The old system is still there: silence is counted from now. */
      const asked = Effect.fnUntraced(function* (
        { asked_at, id }: PaymentRow,
        attempt: AttemptRow
      ) {
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

      const open = Effect.fnUntraced(function* (
        order: Order,
        how: Parameters<typeof ledger.open>[1]
      ) {
        for (;;) {
          const opened = yield* ledger.open(order, how)
          if (opened.is === "differs")
            return yield* new AmountDiffers({ reference: order.reference })
          if (opened.is === "new") return opened
          yield* asked(opened.payment, opened.attempt)
          yield* hurry(opened.attempt)
          if (opened.attempt.way === how.way || hasEnded(opened.attempt)) return opened
          // Another way was begun under this reference: it is closed before this one may take money.
          yield* ledger.undo(opened.attempt, "till")
          yield* ledger.until(order, (sale) => end(sale, opened.attempt.id))
        }
      })

      const collect = Effect.fnUntraced(function* (order: CodeOrder) {
        const mark = codeMark(order, order.code)
        const { attempt, is } = yield* open(order, { way: "codepay", mark })
        if (is === "new") {
          const word = yield* sending.code(order, attempt)
          const paid = yield* ledger.hear(attempt.id, word, `code payment: ${word.says}`)
          if (paid !== undefined) return standing(paid)
        }
        return yield* ledger.until(order, (sale) => end(sale, attempt.id))
      })

      const show = Effect.fnUntraced(function* (order: QrOrder) {
        const expires = (yield* Clock.currentTimeMillis) + Duration.toMillis(order.payWithin)
        const { attempt } = yield* open(order, { way: "native", mark: null, expires })
        const { _tag } = standing(yield* Effect.orDie(sale(order)), attempt)
        // One that is being undone is not asked for again; the next time finds it gone, and begins another.
        if (attempt.code_url === null && (_tag === "Awaited" || _tag === "Paying")) {
          const word = yield* sending.qr(order, attempt)
          yield* ledger.hear(attempt.id, word, `QR: ${word.says}`)
        }
        const known = yield* Effect.orDie(sale(order))
        const shown = known.attempts.find(({ id }) => id === attempt.id) ?? attempt
        return { codeUrl: shown.code_url ?? undefined, standing: standing(known, shown) }
      })

      const ask = Effect.fnUntraced(function* (reference: Reference) {
        const before = yield* sale(reference)
        const attempt = current(before)
        yield* asked(before.payment, attempt)
        if (!hasEnded(attempt)) {
          const now = yield* load(attempt.id)
          if (now !== undefined) yield* askWechat(now)
        }
        return standing(yield* sale(reference))
      })

      const reverse = Effect.fnUntraced(function* (reference: Reference) {
        const found = yield* sale(reference)
        const attempt = current(found)
        const asked = yield* ledger.change(attempt.id, async (sql, settling, because) => {
          const now = (await attemptOf(sql, attempt.id)) ?? attempt
          const refunds = await refundsOf(sql, now.payment)
          const own = refunds.filter((refund) => refund.attempt === now.id)
          // What a reversal has given back by a refund is no reason against it when it is asked for again.
          if (!isUndone(await reversalOf(sql, now.id)) && refunded(own) > 0) return false
          if (now.state === "paid" || !hasEnded(now))
            await askReversal(sql, settling, now, "till", because("reverse: till"))
          return true
        })
        if (!asked)
          return yield* new NotRefundable({
            reference: reference.reference,
            why: "refunded",
            left: 0 as Fen
          })
        return yield* ledger.until(reference, (sale) => reversalEnd(sale, attempt.id))
      })

      const refund = Effect.fnUntraced(function* (order: RefundOrder) {
        const found = yield* sale(order)
        const attempt = found.attempts.find(({ id }) => id === found.payment.paid_by)
        if (attempt === undefined || found.payment.state !== "paid") {
          const why = found.attempts.some(({ state }) => state === "paid") ? "undone" : "unpaid"
          return yield* new NotRefundable({ reference: order.reference, why, left: 0 as Fen })
        }
        const intended = yield* refunds.intend(found, attempt, order)
        return yield* ledger.until(order, (sale) => {
          const row = sale.refunds.find(({ id }) => id === intended.id)
          const now = row === undefined ? undefined : refundStanding(row)
          return now === undefined || now._tag === "Awaited" ? undefined : now
        })
      })

      return Cashier.of({
        collect,
        show,
        ask,
        reverse,
        refund,
        refunds,
        recover,
        sweep,
        notified,
        standing: (reference) => Effect.map(sale(reference), (found) => standing(found))
      })
    })
  )
}

/** A QR to show. Without a `codeUrl` WeChat has not given one; the standing says why. */
export interface Shown {
  readonly codeUrl: string | undefined
  readonly standing: Standing
}

/** What WeChat says to a payment is not waited for any longer than this. */
const longestAnswer = Duration.toMillis("10 seconds")

/** How an attempt ended, once it has. */
const end = (sale: Sale, outTradeNo: string): Standing | undefined => {
  const attempt = sale.attempts.find(({ id }) => id === outTradeNo)
  if (attempt === undefined) return undefined
  const now = standing(sale, attempt)
  return now._tag === "Paid" || now._tag === "Refused" || now._tag === "Reversed" ? now : undefined
}

/** As `end`, but a payment that is being undone is waited for, and one that WeChat will not undo stays paid. */
const reversalEnd = (sale: Sale, outTradeNo: string): Standing | undefined => {
  const refused = sale.reversals.some(({ id, state }) => id === outTradeNo && state === "refused")
  const now = end(sale, outTradeNo)
  return now?._tag === "Paid" && !refused ? undefined : now
}
