import { Clock, Duration, Effect, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { Database, type Sql } from "../database/database.ts"
import { Events } from "../tasks/events.ts"
import { again, task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { leaveTodo } from "../tasks/todos.ts"
import type { Fen } from "../values/money.ts"
import { outRefundNo } from "../values/numbers.ts"
import { refundBody } from "../wechat/pay/body.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import type { PayFailure } from "../wechat/pay/errors.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import type { RefundStatus } from "../wechat/pay/wire.ts"
import { RefundDone } from "./events.ts"
import { Ledger } from "./ledger.ts"
import { AmountDiffers, NotRefundable, refundLimits } from "./model.ts"
import { attemptOf, paymentOf, refundsOf, reversalOf } from "./rows.ts"
import { aboutPayment, eventKey } from "./settle.ts"
import { refunded, type Sale } from "./standing.ts"
import {
  type AttemptRow,
  begin,
  hold,
  move,
  type RefundRow,
  type ReversalRow,
  tables
} from "./store.ts"
import { noteRefunded } from "./timeline.ts"

const Numbered = Schema.Struct({ outRefundNo: Schema.String })
type Numbered = typeof Numbered.Type
const SendRefund = task("payments.refund", Numbered)
const FollowRefund = task("payments.refund-query", Numbered)

/** What one refund is for. */
interface Intention {
  readonly key: string
  readonly amount: Fen
  readonly reason: string
  /** It carries out a reversal; any other refund must not meet one. */
  readonly undoes?: boolean
}

export type Refunds = Effect.Success<typeof makeRefunds>

/** Money going back: written down first, sent under one number for life, followed to its end. */
export const makeRefunds = Effect.gen(function* () {
  const customers = yield* Customers
  const database = yield* Database
  const events = yield* Events
  const ledger = yield* Ledger
  const merchants = yield* Merchants
  const pay = yield* WechatPay
  const tasks = yield* Tasks

  const load = (id: string) => database.read((sql) => refundOf(sql, id))

  /** Writes down an intention; the same key is the same refund. */
  const intend = Effect.fnUntraced(function* (
    sale: Sale,
    attempt: AttemptRow,
    intention: Intention
  ) {
    const at = yield* Clock.currentTimeMillis
    const { id: payment, plugin, reference } = sale.payment
    if (intention.amount > attempt.amount)
      return yield* new NotRefundable({ reference, left: attempt.amount })
    const id = outRefundNo({ plugin, reference: payment, key: intention.key })
    const merchant = yield* merchants.known(attempt.merchant)
    const request = yield* Effect.orDie(
      refundBody(merchant, {
        ...intention,
        outTradeNo: attempt.id,
        outRefundNo: id,
        total: attempt.amount,
        notifyUrl: `${merchant.notifyUrl}/refund`
      })
    )
    const written = yield* database.write(`payment:${payment}`, async (sql) => {
      await hold(sql, payment)
      const all = await refundsOf(sql, payment)
      const known = all.find(({ key }) => key === intention.key)
      if (known !== undefined) return known.amount === intention.amount ? known : "differs"
      if (!intention.undoes && isUndone(await reversalOf(sql, attempt.id))) return 0 as Fen
      const own = all.filter((refund) => refund.attempt === attempt.id)
      const left = (attempt.amount - refunded(own)) as Fen
      if (intention.amount > left || own.length >= refundLimits.parts) return left
      const row = newRefund(id, attempt, intention, request, at)
      const refund = await begin(sql, "refund", row, { event: "asked", at })
      await tasks.add(sql, SendRefund, {
        key: `refund:${payment}`,
        payload: { outRefundNo: id },
        due: at
      })
      return refund
    })
    if (written === "differs") return yield* new AmountDiffers({ reference })
    if (typeof written === "number") return yield* new NotRefundable({ reference, left: written })
    return written
  })

  const send = Effect.fnUntraced(function* ({ outRefundNo }: Numbered) {
    const refund = yield* load(outRefundNo)
    if (refund === undefined || !isUnsent(refund)) return
    const now = yield* Clock.currentTimeMillis
    const wait = (yield* lastAccepted(refund)) + Duration.toMillis(refundLimits.apart) - now
    if (wait > 0) return again(Duration.millis(wait))
    return yield* pay.refund(yield* merchants.known(refund.merchant), refund.request).pipe(
      Effect.flatMap((word) => hear(outRefundNo, word)),
      Effect.as(undefined),
      Effect.catch((failure) => notAccepted(refund, failure))
    )
  })

  const follow = Effect.fnUntraced(function* ({ outRefundNo }: Numbered) {
    const refund = yield* load(outRefundNo)
    if (refund === undefined || !isUnderway(refund)) return
    yield* pay.queryRefund(yield* merchants.known(refund.merchant), outRefundNo).pipe(
      Effect.flatMap((word) => hear(outRefundNo, word)),
      Effect.ignore
    )
    const now = yield* Clock.currentTimeMillis
    const after = yield* load(outRefundNo)
    if (after !== undefined && isUnderway(after)) return again(followAgain(now - after.asked_at))
  })

  /** WeChat's word on a refund, from an answer, a query or a notify. `false`: it is none of ours. */
  const hear = Effect.fnUntraced(function* (outRefundNo: string, word: RefundStatus) {
    const at = yield* Clock.currentTimeMillis
    const to = stateBy[word.status]
    return yield* change(outRefundNo, async (sql, refund) => {
      if (refund.state === to || isOver(refund)) return
      if (refund.state === "abnormal" && to === "processing") return
      const because = { event: `WeChat: ${word.status}`, at }
      const changes = { refund_id: word.refundId, accepted_at: refund.accepted_at ?? at }
      const moved = await move(sql, "refund", refund, to, because, changes)
      if (moved === undefined) return
      if (isUnsent(refund) && to !== "closed") await publish(sql, moved, at)
      if (isUnderway(moved)) await followLater(sql, moved, at)
      if (to === "closed" || to === "abnormal") {
        const detail = `WeChat could not pay a refund back (${word.status}); a person must finish it`
        await leaveTodo(sql, { kind: "refund.failed", subject: moved.id, detail, at })
      }
    })
  })

  const publish = async (sql: Sql, refund: RefundRow, at: number) => {
    const payment = await paymentOf(sql, refund.payment)
    const attempt = await attemptOf(sql, refund.attempt)
    if (attempt === undefined) return
    await noteRefunded(sql, customers, payment, attempt, refund, at)
    await events.publish(sql, payment.plugin, RefundDone, eventKey(payment), {
      ...aboutPayment(payment, attempt),
      amount: refund.amount,
      outRefundNo: refund.id,
      refundId: refund.refund_id ?? ""
    })
  }

  const followLater = (sql: Sql, { id }: RefundRow, at: number) =>
    tasks.ensure(sql, FollowRefund, {
      key: `refund-query:${id}`,
      payload: { outRefundNo: id },
      due: at + 60_000
    })

  /** Not accepted: asked again under the same number, or refused for good. Never under a new number. */
  const notAccepted = Effect.fnUntraced(function* (refund: RefundRow, failure: PayFailure) {
    const at = yield* Clock.currentTimeMillis
    if (failure._tag === "PayNotSent") return again(Duration.seconds(5))
    if (failure._tag === "PayUnknown" || failure.reaction === "ask") {
      const detail = failure._tag === "PayUnknown" ? failure.reason : failure.code
      yield* change(refund.id, async (sql, now) => {
        if (now.state === "created")
          await move(sql, "refund", now, "unknown", { event: "no answer", detail, at })
      })
      return again(Duration.seconds(10))
    }
    if (failure.reaction === "repeat") return again(refundLimits.apart)
    if (failure.reaction === "operator") {
      const detail = `WeChat refuses a refund until somebody acts: ${failure.code}`
      yield* change(refund.id, async (sql, now) => {
        // WeChat answers for this very number: what was in doubt has not happened.
        if (now.state === "unknown")
          await move(sql, "refund", now, "created", {
            event: "not taken",
            detail: failure.code,
            at
          })
        await leaveTodo(sql, { kind: "refund.waits", subject: refund.id, detail, at })
      })
      return again(Duration.minutes(10))
    }
    yield* change(refund.id, async (sql, now) => {
      const because = { event: "refused", detail: failure.code, at }
      if (isUnsent(now))
        await move(sql, "refund", now, "refused", because, { detail: failure.code })
    })
  })

  /** Changes a refund if it is there; whoever waits for its sale looks again. */
  const change = Effect.fnUntraced(function* (
    outRefundNo: string,
    work: (sql: Sql, refund: RefundRow) => Promise<unknown>
  ) {
    const refund = yield* load(outRefundNo)
    if (refund === undefined) return false
    yield* ledger.change(refund.attempt, async (sql) => {
      const now = await refundOf(sql, outRefundNo)
      if (now !== undefined) await work(sql, now)
    })
    return true
  })

  /** Of the same order, which is what WeChat counts by. */
  const lastAccepted = ({ attempt, payment }: RefundRow) =>
    Effect.map(
      database.read((sql) => refundsOf(sql, payment)),
      (all) =>
        Math.max(
          0,
          ...all.filter((one) => one.attempt === attempt).map(({ accepted_at }) => accepted_at ?? 0)
        )
    )

  yield* tasks.handle(SendRefund, send)
  yield* tasks.handle(FollowRefund, follow)
  return { intend, hear }
})

const stateBy = {
  SUCCESS: "done",
  PROCESSING: "processing",
  CLOSED: "closed",
  ABNORMAL: "abnormal"
} as const

/** It is being undone, or has been; its refunds are then those of the reversal. */
export const isUndone = (reversal: ReversalRow | undefined) =>
  reversal !== undefined && reversal.state !== "refused"

const isUnsent = ({ state }: RefundRow) => state === "created" || state === "unknown"
const isUnderway = ({ state }: RefundRow) => state === "processing" || state === "abnormal"
const isOver = ({ state }: RefundRow) =>
  state === "done" || state === "closed" || state === "refused"

/** WeChat: every minute, after five minutes less and less often. */
const followAgain = (age: number) => Duration.minutes(age < 300_000 ? 1 : age < 3_600_000 ? 10 : 30)

const refundOf = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_refunds").selectAll().where("id", "=", id).executeTakeFirst()

const newRefund = (
  id: string,
  attempt: AttemptRow,
  { amount, key }: Intention,
  request: string,
  at: number
): Omit<RefundRow, "version"> => ({
  id,
  state: "created",
  payment: attempt.payment,
  attempt: attempt.id,
  merchant: attempt.merchant,
  key,
  amount,
  request,
  refund_id: null,
  detail: null,
  asked_at: at,
  accepted_at: null
})
