import { Clock, Duration, Effect, Result } from "effect"
import { type Again, again } from "../tasks/kind.ts"
import { leaveTodo } from "../tasks/todos.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import type { PayFailure } from "../wechat/pay/errors.ts"
import { ways } from "../wechat/pay/ways.ts"
import type { Case } from "./case.ts"
import { Ledger } from "./ledger.ts"
import { patience, reversible } from "./model.ts"
import type { Refunds } from "./refunds/refunds.ts"
import { attemptOf, reversalOf } from "./rows.ts"
import { undone } from "./settle.ts"
import { hasEnded, refundStanding } from "./standing.ts"
import { type AttemptRow, move, tables } from "./store.ts"
import type { Word } from "./word.ts"

/**
 * Undoes an attempt that was given up: asked about before and after, because a reversal's own answer proves nothing (WeChat has
 * answered success to the reversal of a foreign number). A QR is closed, or refunded once paid, since only code payments can be reversed.
 */
export const makeUndo = (
  load: (outTradeNo: string) => Effect.Effect<Case | undefined>,
  ask: (it: Case) => Effect.Effect<Word>,
  refunds: Refunds
) =>
  Effect.gen(function* () {
    const ledger = yield* Ledger
    const pay = yield* WechatPay

    const undo = Effect.fnUntraced(function* (it: Case) {
      const now = yield* Clock.currentTimeMillis
      const wait = it.attempt.sent_at + Duration.toMillis(patience.beforeReversal) - now
      if (isReversed(it.attempt) && wait > 0) return again(Duration.millis(wait))
      const word = yield* ask(it)
      const known = yield* load(it.attempt.id)
      if (known?.reversal?.state !== "asked" && known?.reversal?.state !== "unknown")
        return again(Duration.zero)
      if (word.says === "nothing") return soon
      if (known.attempt.state === "paid" && !isReversible(known, now))
        return yield* refundAll(known)
      return yield* cancel(known)
    })

    /** Tells WeChat to undo, then believes only what it says when asked. */
    const cancel = Effect.fnUntraced(function* (it: Case) {
      const { attempt, merchant } = it
      const told = isReversed(attempt)
        ? watched(it, pay.reverse(merchant, attempt.id))
        : pay.close(merchant, attempt.id)
      const failure = yield* Effect.match(told, {
        onFailure: (no) => no,
        onSuccess: () => undefined
      })
      if (failure !== undefined) return yield* notCancelled(it, failure)
      const word = yield* ask(it)
      if (word.says === "missing") yield* neverArrived(attempt)
      if (hasEnded(attempt) && isReturned(word)) yield* returned(attempt.id)
      const after = yield* load(attempt.id)
      return after?.reversal?.state === "done" ? again(Duration.zero) : soon
    })

    /** Until WeChat has answered a reversal it may still arrive, and undo what has been paid since. */
    const watched = <A>({ attempt, reversal }: Case, told: Effect.Effect<A, PayFailure>) =>
      Effect.gen(function* () {
        yield* unheard(attempt.id, yield* Clock.currentTimeMillis)
        const answer = yield* Effect.result(told)
        if (Result.isSuccess(answer) || answer.failure._tag !== "PayUnknown")
          yield* unheard(attempt.id, reversal?.unheard_at ?? null)
        return yield* Effect.fromResult(answer)
      })

    const unheard = (id: string, unheard_at: number | null) =>
      ledger.change(id, async (sql) => {
        await tables(sql)
          .updateTable("weir_reversals")
          .set({ unheard_at })
          .where("id", "=", id)
          .execute()
      })

    const notCancelled = Effect.fnUntraced(function* (it: Case, failure: PayFailure) {
      const { attempt } = it
      if (failure._tag === "PayUnknown") {
        yield* mark(attempt.id, "unknown", failure.reason)
        return soon
      }
      if (failure._tag === "PayNotSent") return soon
      if (failure.code === "ORDER_NOT_EXIST" && attempt.state !== "paid") {
        yield* neverArrived(attempt)
        return again(Duration.zero)
      }
      if (failure.reaction === "repeat" || failure.reaction === "ask") return soon
      if (attempt.state === "paid") return yield* refundAll(it)
      yield* todo(attempt.id, "payment.reversal", `WeChat refuses to undo this: ${failure.code}`)
      return again(Duration.minutes(1))
    })

    const neverArrived = (attempt: AttemptRow) =>
      hasEnded(attempt)
        ? returned(attempt.id)
        : ledger.hear(attempt.id, { says: "closed", unseen: true }, "never arrived")

    /** What cannot be reversed any more is refunded, under a number of its own. */
    const refundAll = Effect.fnUntraced(function* ({ attempt, sale }: Case) {
      const { amount, id } = attempt
      const intention = { key: `undo:${id}`, amount, reason: "订单已撤销", undoes: true }
      const refund = yield* Effect.option(refunds.intend(sale, attempt, intention))
      if (refund._tag === "None") {
        yield* todo(
          attempt.id,
          "payment.reversal",
          "Part of this was refunded already; the rest waits for a person"
        )
        yield* mark(attempt.id, "refused", "already refunded in part")
        return again(Duration.zero)
      }
      const { _tag } = refundStanding(refund.value)
      if (_tag === "Accepted") yield* returned(attempt.id)
      if (_tag === "Declined") {
        yield* todo(
          attempt.id,
          "payment.reversal",
          "WeChat declined to refund this; a person must give it back"
        )
        yield* mark(attempt.id, "refused", "refund declined")
      }
      return soon
    })

    const returned = (outTradeNo: string) =>
      ledger.change(outTradeNo, async (sql, settling, because) => {
        const attempt = await attemptOf(sql, outTradeNo)
        const reversal = await reversalOf(sql, outTradeNo)
        if (attempt === undefined || reversal === undefined || reversal.state === "done") return
        await undone(sql, settling, attempt, reversal, because("given back"))
      })

    const mark = (outTradeNo: string, state: "unknown" | "refused", detail: string) =>
      ledger.change(outTradeNo, async (sql, _, because) => {
        const reversal = await reversalOf(sql, outTradeNo)
        if (reversal?.state !== "asked" && !(reversal?.state === "unknown" && state === "refused"))
          return
        await move(sql, "reversal", reversal, state, { ...because(`reverse: ${state}`), detail })
      })

    const todo = (subject: string, kind: string, detail: string) =>
      ledger.change(subject, (sql, _, because) =>
        leaveTodo(sql, { kind, subject, detail, at: because(kind).at })
      )

    return undo
  })

const soon: Again = again(Duration.seconds(5))

/** Code payments for seven days; everything else was never reversible. */
const isReversible = ({ attempt }: Case, now: number) =>
  isReversed(attempt) && now - attempt.sent_at < Duration.toMillis(reversible)

const isReversed = ({ way }: AttemptRow) => ways[way].isReversible

const isReturned = (word: Word) =>
  word.says === "closed" || (word.says === "paid" && word.returning)
