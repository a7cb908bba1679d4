import type { Sql } from "../database/database.ts"
import { leaveTodo } from "../tasks/todos.ts"
import type { Fen } from "../values/money.ts"
import { aboutPayment, closePayment, countPaid, eventKey, givenBack } from "./counting.ts"
import { PaymentReversed } from "./events.ts"
import { holdLate } from "./held.ts"
import { attemptOf, attemptsOf, paymentOf, reversalOf } from "./rows.ts"
import type { Settling } from "./settling.ts"
import { hasEnded, isHeld, isUnderway, type Sale } from "./standing.ts"
import {
  type AttemptRow,
  type Because,
  begin,
  move,
  type PaymentRow,
  type ReversalRow,
  tables
} from "./store.ts"
import { notePaid, noteReversed, payerOf } from "./timeline.ts"
import { mismatch, next, type Word } from "./word.ts"

/**
 * Applies WeChat's word to an attempt, inside a write. A word may come late, twice and in any order: the same end follows. Where it
 * has just paid for its sale, gives back that sale as it now is.
 */
export const hear = async (
  sql: Sql,
  settling: Settling,
  outTradeNo: string,
  word: Word,
  because: Because
): Promise<Sale | undefined> => {
  const attempt = await attemptOf(sql, outTradeNo)
  if (attempt === undefined) return undefined
  if (word.says === "paid") return paid(sql, settling, attempt, word, because)
  if (hasEnded(attempt)) return cameLate(sql, settling, attempt, word, because)
  if (word.says === "waiting" && word.prepay !== undefined)
    await taken(sql, settling, attempt, word.prepay, because)
  const to = next(attempt, word)
  if (to === undefined) return undefined
  const moved = await move(sql, "attempt", attempt, to, because, changesBy(word, because))
  if (moved === undefined) return undefined
  if (hasEnded(moved)) await ended(sql, settling, moved, because)
  else await settling.resolve(sql, outTradeNo, because.at + 5_000)
  return undefined
}

const changesBy = (word: Word, { at }: Because): Partial<AttemptRow> => {
  switch (word.says) {
    case "refused":
      return { ...seen, refusal: word.why, detail: word.detail.slice(0, 255), request: null }
    case "closed":
      return { missing_at: word.unseen ? at : null, request: null }
    case "missing":
      return { missing_at: at }
    case "nothing":
      return {}
    default:
      return seen
  }
}

const seen = { missing_at: null } as const

/**
 * WeChat speaks of a number that it had never seen when its attempt ended: the request has arrived since. Whatever it may still
 * take is undone, and reported, as its payer may have been charged meanwhile.
 */
const cameLate = async (
  sql: Sql,
  settling: Settling,
  attempt: AttemptRow,
  { says }: Word,
  because: Because
): Promise<undefined> => {
  if (attempt.missing_at === null || says === "missing" || says === "nothing") return undefined
  await tables(sql).updateTable("weir_attempts").set(seen).where("id", "=", attempt.id).execute()
  await report(sql, attempt, "Reached WeChat after the till had given up, and is undone", because)
  if (says === "paying" || says === "waiting")
    await askReversal(sql, settling, attempt, "surplus", because)
  return undefined
}

const report = (sql: Sql, { id: subject }: AttemptRow, detail: string, { at }: Because) =>
  leaveTodo(sql, { kind: "payment.late", subject, detail, at })

/** WeChat has taken the order; that moves nothing, but from here on its payer may. */
const taken = async (
  sql: Sql,
  { resolve }: Settling,
  { id }: AttemptRow,
  prepay: string,
  { at }: Because
) => {
  const given = { prepay, prepay_at: at }
  await tables(sql).updateTable("weir_attempts").set(given).where("id", "=", id).execute()
  await resolve(sql, id, at + 5_000)
}

const paid = async (
  sql: Sql,
  settling: Settling,
  attempt: AttemptRow,
  word: Extract<Word, { says: "paid" }>,
  because: Because
): Promise<Sale | undefined> => {
  const wrong = mismatch(
    attempt,
    settling.merchantOf(attempt.merchant),
    word,
    settling.payerOf(attempt)
  )
  if (wrong !== undefined) {
    const detail = `WeChat says this was paid with ${wrong}; nothing was changed`
    await leaveTodo(sql, { kind: "payment.mismatch", subject: attempt.id, detail, at: because.at })
    return undefined
  }
  if (attempt.state === "paid") return undefined
  const late = hasEnded(attempt)
  const { transactionId: transaction_id, paidAt: paid_at } = word
  const customer = await payerOf(sql, settling.timeline, word)
  const changes = { ...seen, transaction_id, paid_at, customer, request: null }
  const moved = await move(sql, "attempt", attempt, "paid", because, changes)
  if (moved === undefined) return undefined
  const payment = await paymentOf(sql, attempt.payment)
  await notePaid(sql, settling.timeline, payment, moved)
  const reversal = await reversalOf(sql, attempt.id)
  if (reversal !== undefined && !late && isWelcome(payment, reversal))
    await move(sql, "reversal", reversal, "overtaken", because)
  else if (reversal !== undefined || late || payment.state !== "open") {
    const rules = settling.rulesOf(payment.store)
    const until = late ? await holdLate(sql, rules, payment, moved, reversal, because) : undefined
    if (until !== undefined) {
      await settling.resolve(sql, moved.id, until)
      return undefined
    }
    // A reversal under way is what the till waits for, unless it was told of an end before.
    if (late || reversal === undefined || reversal.state === "refused")
      await report(
        sql,
        moved,
        "Paid after the till had given up; the money goes back to the payer",
        because
      )
    await askReversal(sql, settling, moved, "surplus", because)
    return undefined
  }
  const done = await countPaid(sql, settling, payment, moved, because)
  return done && { payment: done, attempts: [moved], reversals: [], refunds: [] }
}

/** Asks for an attempt to be undone; once, however many want it. */
export const askReversal = async (
  sql: Sql,
  settling: Settling,
  attempt: AttemptRow,
  why: ReversalRow["why"],
  because: Because
): Promise<void> => {
  const known = await reversalOf(sql, attempt.id)
  const asked_at = because.at
  if (known === undefined)
    await begin(
      sql,
      "reversal",
      { id: attempt.id, state: "asked", why, returned: 0 as Fen, asked_at, unheard_at: null },
      because
    )
  else if (known.state === "overtaken" || (known.state === "done" && known.returned === 0))
    await move(sql, "reversal", known, "asked", because, { why, asked_at })
  await settling.resolve(sql, attempt.id, because.at)
}

/** An attempt ended without money: a reversal that was asked for is done, and the payment holds nothing. */
const ended = async (sql: Sql, settling: Settling, attempt: AttemptRow, because: Because) => {
  const reversal = await reversalOf(sql, attempt.id)
  if (reversal !== undefined && isUnderway(reversal))
    return undone(sql, settling, attempt, reversal, because)
  if (attempt.state !== "closed" || reversal !== undefined) return
  // WeChat has closed it without being asked; an invitation has an end of its own.
  const payment = await paymentOf(sql, attempt.payment)
  if (payment.state !== "open" || payment.expires_at !== null) return
  if (!(await somebodyElseMayPay(sql, attempt)))
    await closePayment(sql, settling, payment, "expired", because)
}

/** The reversal is over: what had been taken is back, or nothing ever was. */
export const undone = async (
  sql: Sql,
  settling: Settling,
  attempt: AttemptRow,
  reversal: ReversalRow,
  because: Because
): Promise<void> => {
  const returned = attempt.state === "paid" ? attempt.amount : (0 as Fen)
  if ((await move(sql, "reversal", reversal, "done", because, { returned })) === undefined) return
  const payment = await paymentOf(sql, attempt.payment)
  const goesOn = staysOpen(payment, reversal, because) || (await somebodyElseMayPay(sql, attempt))
  if (payment.state === "open" && !goesOn)
    await closePayment(sql, settling, payment, "given up", because)
  if (isHeld(payment, attempt)) await givenBack(sql, settling, payment, because)
  // What cost nothing and ends nothing is no news.
  if (returned === 0 && payment.state === "open" && goesOn) return
  await noteReversed(sql, settling.timeline, payment, attempt, { returned }, because.at)
  if (payment.state !== "paid" || payment.paid_by !== attempt.id) return
  await move(sql, "payment", payment, "closed", because, { paid_by: null })
  const fact = { ...aboutPayment(payment, attempt), amount: returned }
  await settling.events.publish(sql, payment.plugin, PaymentReversed, eventKey(payment), fact)
}

/** Its payer only goes another way, or may begin again as long as they are invited; unless the old system gave the payment up. */
const staysOpen = ({ expires_at }: PaymentRow, { why }: ReversalRow, { at }: Because) =>
  why === "superseded" || (why !== "till" && expires_at !== null && at < expires_at)

/** Paid before its close, although its payer was to go another way or its own time was over: the money is as good. */
const isWelcome = (payment: PaymentRow, reversal: ReversalRow) =>
  payment.state === "open" &&
  isUnderway(reversal) &&
  (reversal.why === "superseded" || (reversal.why === "silence" && payment.expires_at !== null))

const somebodyElseMayPay = async (sql: Sql, { id, payment }: AttemptRow) =>
  (await attemptsOf(sql, payment)).some((other) => other.id !== id && !hasEnded(other))
