import { Clock, Duration, Effect } from "effect"
import { Database } from "../../database/database.ts"
import { again } from "../../tasks/kind.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { leaveTodo } from "../../tasks/todos.ts"
import { WechatPay } from "../../wechat/pay/client.ts"
import type { PayFailure, PayRefused } from "../../wechat/pay/errors.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { patience, refundLimits } from "../model.ts"
import { refundsOf } from "../rows.ts"
import { move, type RefundRow, tables } from "../store.ts"
import type { Hearing } from "./hearing.ts"
import { isUnderway, isUnsent } from "./rules.ts"
import { FollowRefund, type Numbered, SendRefund } from "./tasks.ts"

/** Asks WeChat to give money back, under one number for life, and follows it to its end. */
export const makeSending = Effect.fnUntraced(function* (hearing: Hearing) {
  const { change, hear, load, refuse } = hearing
  const database = yield* Database
  const merchants = yield* Merchants
  const pay = yield* WechatPay
  const tasks = yield* Tasks

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

  const ask = Effect.fnUntraced(function* ({ id, merchant }: RefundRow) {
    const word = yield* pay.queryRefund(yield* merchants.known(merchant), id)
    yield* hear(id, word)
  })

  const follow = Effect.fnUntraced(function* ({ outRefundNo }: Numbered) {
    const refund = yield* load(outRefundNo)
    if (refund === undefined || !isUnderway(refund)) return
    yield* Effect.ignore(ask(refund))
    const now = yield* Clock.currentTimeMillis
    const after = yield* load(outRefundNo)
    if (after !== undefined && isUnderway(after)) return again(followAgain(now - after.asked_at))
  })

  /** Not accepted: asked again under the same number, or refused for good. Never under a new number. */
  const notAccepted = Effect.fnUntraced(function* (refund: RefundRow, failure: PayFailure) {
    if (failure._tag === "PayNotSent") return again(Duration.seconds(5))
    if (failure._tag === "PayUnknown") return yield* unheard(refund, failure.reason)
    switch (failure.reaction) {
      case "repeat":
        return again(refundLimits.apart)
      case "operator":
        return yield* waitForPerson(refund, failure)
      case "ask":
        return yield* askFirst(refund, failure)
      default:
        return yield* refuseFor(refund, failure.code)
    }
  })

  const unheard = Effect.fnUntraced(function* (refund: RefundRow, detail: string) {
    yield* change(refund.id, async (sql, now, at) => {
      if (now.state === "created")
        await move(sql, "refund", now, "unknown", { event: "no answer", detail, at })
      await tables(sql)
        .updateTable("weir_refunds")
        .set({ unheard_at: at })
        .where("id", "=", now.id)
        .execute()
    })
    return again(Duration.seconds(10))
  })

  /** The same number again once somebody has acted; one to-do, which closes by itself when it goes through. */
  const waitForPerson = Effect.fnUntraced(function* (refund: RefundRow, { code }: PayRefused) {
    yield* change(refund.id, async (sql, now, at) => {
      // WeChat answers for this very number: what was in doubt has not happened.
      if (now.state === "unknown")
        await move(sql, "refund", now, "created", { event: "not taken", detail: code, at })
      const detail = `WeChat refuses a refund until somebody acts: ${code}`
      await leaveTodo(sql, { kind: "refund.waits", subject: refund.id, detail, at })
    })
    return again(Duration.minutes(10))
  })

  /**
   * A code with many meanings: WeChat may have the refund already. Once it says that it has none, the refusal stands; but not while an
   * earlier request that nobody answered may still arrive.
   */
  const askFirst = Effect.fnUntraced(function* (refund: RefundRow, { code }: PayRefused) {
    const missing = yield* ask(refund).pipe(
      Effect.as(false),
      Effect.catch((no) =>
        Effect.succeed(no._tag === "PayRefused" && no.code === "RESOURCE_NOT_EXISTS")
      )
    )
    const since = (yield* Clock.currentTimeMillis) - (refund.unheard_at ?? 0)
    if (!missing || since < Duration.toMillis(patience.watched)) return again(refundLimits.apart)
    return yield* refuseFor(refund, code)
  })

  const refuseFor = Effect.fnUntraced(function* (refund: RefundRow, code: string) {
    yield* change(refund.id, async (sql, now, at) => {
      if (isUnsent(now)) await refuse(sql, now, code, { event: "refused", detail: code, at })
    })
    return undefined
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
})

/** WeChat: every minute, after five minutes less and less often. */
const followAgain = (age: number) => Duration.minutes(age < 300_000 ? 1 : age < 3_600_000 ? 10 : 30)
