import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Database } from "../database/database.ts"
import type { Fen } from "../values/money.ts"
import { makeBringing } from "./bringing.ts"
import { checked } from "./checked.ts"
import { takeHeld } from "./counting.ts"
import type { Invited } from "./invited.ts"
import { type Invitation, type InviteOrder, makeInviting } from "./inviting.ts"
import { type Keeping, makeKeeping } from "./keeping.ts"
import { Ledger } from "./ledger.ts"
import { codeMark } from "./mark.ts"
import {
  type AmountDiffers,
  NotRefundable,
  type OrderDiffers,
  type OrderInvalid,
  PaymentUnknown,
  type Reference,
  type RefundStanding,
  type Standing,
  type Withdrawn
} from "./model.ts"
import { makeNotified, type Notified } from "./notified.ts"
import { end, makeOpening } from "./opening.ts"
import { type How, makePreparing, type Prepared } from "./preparing.ts"
import { makeRecovery } from "./recovery.ts"
import { makeRefunds, type Refunds } from "./refunds/refunds.ts"
import { isUndone } from "./refunds/rules.ts"
import { makeResolve } from "./resolve.ts"
import { attemptOf, paymentOf, refundsOf, reversalOf } from "./rows.ts"
import { type CodeOrder, makeSending, type QrOrder } from "./sending.ts"
import { askReversal } from "./settle.ts"
import type { NotShippable, Shipped, Shipping } from "./shipping/model.ts"
import { makeShipping } from "./shipping/shipping.ts"
import {
  current,
  hasEnded,
  isHeld,
  refunded,
  refundStanding,
  type Sale,
  standing
} from "./standing.ts"
import { type Total, totalOf } from "./totals.ts"
import { withdraw } from "./withdrawals.ts"

/** What is to be undone, and when the old system said so, by its own clock. */
export interface TakenBack extends Reference {
  readonly saidAt?: number
}

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
    collect(order: CodeOrder): Effect.Effect<Standing, AmountDiffers | OrderInvalid | Withdrawn>
    show(order: QrOrder): Effect.Effect<Shown, AmountDiffers | OrderInvalid | Withdrawn>
    invite(
      order: InviteOrder
    ): Effect.Effect<Invitation, AmountDiffers | OrderDiffers | OrderInvalid>
    /** What the token of an invitation's address leads to; for the page behind it. */
    invited(token: string): Effect.Effect<Invited, PaymentUnknown>
    prepare(reference: Reference, how: How): Effect.Effect<Prepared, PaymentUnknown | OrderInvalid>
    total(reference: Omit<Reference, "part">): Effect.Effect<Total>
    standing(reference: Reference): Effect.Effect<Standing, PaymentUnknown>
    ask(reference: Reference): Effect.Effect<Standing, PaymentUnknown>
    reverse(reference: TakenBack): Effect.Effect<Standing, PaymentUnknown | NotRefundable>
    refund(
      order: RefundOrder
    ): Effect.Effect<RefundStanding, PaymentUnknown | NotRefundable | AmountDiffers>
    shipped(
      reference: Reference,
      what: Shipped
    ): Effect.Effect<Shipping, PaymentUnknown | OrderInvalid | NotShippable>
    /** What people decide about money that is held. */
    readonly held: Keeping
    /** What people do about refunds. */
    readonly refunds: Pick<Refunds, "list" | "confirm" | "decline" | "renew" | "payOut">
    /** Asks WeChat about one attempt, also after its end, and writes its word down. */
    look(outTradeNo: string): Effect.Effect<void>
    /** Applies an authentic notify. */
    readonly notified: Notified
    /** Makes every attempt without an end due to be asked about. */
    readonly recover: Effect.Effect<void>
    /** The same for what was left without anybody waiting for it. */
    readonly sweep: Effect.Effect<void>
  }
>()("weir/Cashier") {
  /** `publicUrl`: where phones reach us. */
  static readonly layer = (publicUrl: URL) => Layer.effect(Cashier, makeCashier(publicUrl))
}

const makeCashier = Effect.fnUntraced(function* (publicUrl: URL) {
  const database = yield* Database
  const ledger = yield* Ledger
  const sending = yield* makeSending
  const opening = yield* makeOpening
  const bring = yield* makeBringing(opening, sending)
  const { giveUp, invite, invited } = yield* makeInviting(publicUrl)
  const prepare = yield* makePreparing(bring)
  const refunds = yield* makeRefunds
  const { ask: askWechat, load } = yield* makeResolve(refunds)
  const { recover, sweep } = yield* makeRecovery
  const notified = yield* makeNotified(refunds)
  const held = yield* makeKeeping
  const shipped = yield* makeShipping

  const sale = Effect.fnUntraced(function* (reference: Reference) {
    const found = yield* ledger.sale(reference)
    return found ?? (yield* new PaymentUnknown({ reference: reference.reference }))
  })

  const collect = Effect.fnUntraced(function* (unchecked: CodeOrder) {
    const order = yield* checked(unchecked)
    const mark = codeMark(order, order.code)
    const opened = yield* opening.open(order, { way: "codepay", mark })
    if (opened === undefined) return standing(yield* Effect.orDie(sale(order)))
    const { attempt, isNew } = opened
    if (isNew) {
      const word = yield* sending.code(order, attempt)
      const paid = yield* ledger.hear(attempt.id, word, `code payment: ${word.says}`)
      if (paid !== undefined) return standing(paid)
    }
    return yield* ledger.until(order, (sale) => end(sale, attempt.id))
  })

  const show = Effect.fnUntraced(function* (unchecked: QrOrder) {
    const order = yield* checked(unchecked)
    const expires = (yield* Clock.currentTimeMillis) + Duration.toMillis(order.payWithin)
    const { attempt, standing } = yield* bring(order, { way: "native", mark: null, expires })
    return { codeUrl: attempt?.prepay ?? undefined, standing }
  })

  const ask = Effect.fnUntraced(function* (reference: Reference) {
    const before = yield* sale(reference)
    const attempt = current(before)
    if (attempt === undefined) return standing(before)
    yield* opening.asked(before.payment, attempt)
    if (!hasEnded(attempt)) {
      const now = yield* load(attempt.id)
      if (now !== undefined) yield* askWechat(now)
    }
    if (isHeld(before.payment, attempt))
      yield* ledger.change(attempt.id, async (sql, settling, because) => {
        const payment = await paymentOf(sql, before.payment.id)
        await takeHeld(sql, settling, payment, because("taken by the cashier"))
      })
    return standing(yield* sale(reference))
  })

  const look = Effect.fnUntraced(function* (outTradeNo: string) {
    const found = yield* load(outTradeNo)
    if (found !== undefined) yield* askWechat(found)
  })

  const reverse = Effect.fnUntraced(function* ({ saidAt, ...reference }: TakenBack) {
    if (saidAt !== undefined)
      yield* Effect.provideService(withdraw(reference, saidAt), Database, database)
    const found = yield* sale(reference)
    const attempt = current(found)
    yield* giveUp(found.payment.id)
    if (attempt === undefined) return standing(yield* sale(reference))
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

  return {
    collect,
    show,
    ask,
    look,
    reverse,
    refund,
    refunds,
    held,
    shipped,
    recover,
    sweep,
    notified,
    prepare,
    invited,
    invite: (order: InviteOrder) => Effect.flatMap(checked(order), invite),
    total: (reference: Omit<Reference, "part">) => Effect.map(ledger.parts(reference), totalOf),
    standing: (reference: Reference) => Effect.map(sale(reference), standing)
  }
})

/** A QR to show. Without a `codeUrl` WeChat has not given one; the standing says why. */
export interface Shown {
  readonly codeUrl: string | undefined
  readonly standing: Standing
}

/** As `end`, but a payment that is being undone is waited for, and one that WeChat will not undo stays paid. */
const reversalEnd = (sale: Sale, outTradeNo: string): Standing | undefined => {
  const refused = sale.reversals.some(({ id, state }) => id === outTradeNo && state === "refused")
  const now = end(sale, outTradeNo)
  return now?._tag === "Paid" && !refused ? undefined : now
}
