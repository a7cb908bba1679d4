import { Clock, Duration, Effect } from "effect"
import { type Again, again } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { isOrder } from "../wechat/pay/ways.ts"
import type { Case } from "./case.ts"
import { wordOf, wordOfQueryFailure } from "./hearing.ts"
import { Ledger, ResolveAttempt } from "./ledger.ts"
import { patience } from "./model.ts"
import type { Refunds } from "./refunds/refunds.ts"
import { hasEnded, isHeld } from "./standing.ts"
import type { AttemptRow, ReversalRow } from "./store.ts"
import { makeUndo } from "./undo.ts"
import type { Word } from "./word.ts"

/**
 * Brings an attempt to its end: asks WeChat by our own number, undoes what was given up, and watches the end where money may still
 * come. It never fails and never parks: without an answer it asks again.
 */
export const makeResolve = Effect.fnUntraced(function* (refunds: Refunds) {
  const ledger = yield* Ledger
  const merchants = yield* Merchants
  const pay = yield* WechatPay
  const tasks = yield* Tasks

  const load = Effect.fnUntraced(function* (outTradeNo: string) {
    const sale = yield* ledger.saleOf(outTradeNo)
    const attempt = sale?.attempts.find(({ id }) => id === outTradeNo)
    if (sale === undefined || attempt === undefined) return undefined
    const merchant = yield* merchants.known(attempt.merchant)
    const reversal = sale.reversals.find(({ id }) => id === outTradeNo)
    return { sale, attempt, reversal, merchant } satisfies Case
  })

  /** Asks WeChat about the attempt and writes down what it says. */
  const ask = Effect.fnUntraced(function* ({ attempt, merchant }: Case) {
    const now = yield* Clock.currentTimeMillis
    const word = yield* pay.query(merchant, attempt.id).pipe(
      Effect.map((order) => wordOf(order, now)),
      Effect.catch((failure) => Effect.succeed(wordOfQueryFailure(failure)))
    )
    yield* ledger.hear(attempt.id, word, `query: ${word.says}`)
    return word
  })

  const undo = yield* makeUndo(load, ask, refunds)

  const resolve = Effect.fnUntraced(function* ({ outTradeNo }: { readonly outTradeNo: string }) {
    const before = yield* load(outTradeNo)
    if (before === undefined) return
    if (isBeingUndone(before)) return yield* undo(before)
    if (isHeld(before.sale.payment, before.attempt)) return yield* holdOn(before)
    if (hasEnded(before.attempt) && !mayStillBePaid(before.attempt)) return
    const asked = yield* Clock.currentTimeMillis
    const word = yield* ask(before)
    const after = yield* load(outTradeNo)
    if (after === undefined) return
    const now = yield* Clock.currentTimeMillis
    if (isBeingUndone(after)) return again(Duration.zero)
    if (hasEnded(after.attempt)) return watchOn(after, word, asked)
    const why = givenUp(after, now)
    if (why === undefined || word.says === "nothing") return askAgain(after.attempt, now)
    yield* ledger.undo({ attempt: after.attempt, payment: after.sale.payment }, why)
    return again(Duration.zero)
  })

  /** Nobody has taken it in time: it goes back. */
  const holdOn = Effect.fnUntraced(function* ({ attempt, sale }: Case) {
    const left = (sale.payment.held_until ?? 0) - (yield* Clock.currentTimeMillis)
    if (left > 0) return again(Duration.millis(left))
    yield* ledger.undo({ attempt, payment: sale.payment }, "surplus")
    return again(Duration.zero)
  })

  yield* tasks.handle(ResolveAttempt, resolve)
  return { load, ask }
})

const isBeingUndone = ({ reversal }: Case) =>
  reversal?.state === "asked" || reversal?.state === "unknown"

/** WeChat had never seen it and may do so late; or it was an order, and whoever was at the password page then pays all the same. */
const mayStillBePaid = ({ missing_at, state, way }: AttemptRow) =>
  state !== "paid" && (missing_at !== null || (state === "closed" && isOrder(way)))

/** When an attempt that has ended is looked at again; the last time when nothing can arrive any more, and WeChat has a word on it. */
const watchOn = ({ attempt, reversal }: Case, { says }: Word, asked: number): Again | undefined => {
  const end = (reversal?.asked_at ?? attempt.sent_at) + Duration.toMillis(patience.watched)
  if (!mayStillBePaid(attempt) || (asked >= end && says !== "nothing")) return undefined
  // What takes money without its payer does so while a payment code lives.
  const pause = asked - attempt.sent_at < 120_000 ? 20_000 : 120_000
  return again(Duration.millis(asked < end ? Math.min(pause, end - asked) : pause))
}

/** Why nobody should wait for this attempt any longer. */
const givenUp = ({ attempt, sale }: Case, now: number): ReversalRow["why"] | undefined => {
  const age = now - attempt.sent_at
  // One that no payer could ever find cannot be paid, so it need not be waited for.
  if (isOrder(attempt.way) && attempt.prepay !== null)
    return now >= lastMoment(attempt) ? "silence" : undefined
  if (attempt.state === "paying")
    return now - sale.payment.asked_at > Duration.toMillis(patience.forgotten)
      ? "silence"
      : undefined
  return age > Duration.toMillis(patience.unknown) ? "unknown" : undefined
}

/** When an order is closed: who has begun to pay it in time is not interrupted. */
const lastMoment = ({ expires_at, sent_at }: AttemptRow) => (expires_at ?? sent_at) + 60_000

/** A code payment and every doubt each five seconds for the first minute, then ten; an order ever more seldom, as its notify tells sooner. */
const askAgain = (attempt: AttemptRow, now: number): Again => {
  const { sent_at, state, way } = attempt
  const age = now - sent_at
  if (!isOrder(way) || state === "unknown")
    return again(age < 60_000 ? Duration.seconds(5) : Duration.seconds(10))
  return again(Duration.millis(Math.min(Math.max(age, 5_000), lastMoment(attempt) - now)))
}
