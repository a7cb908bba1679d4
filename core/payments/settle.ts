import type { Sql } from "../database/database.ts"
import type { Events } from "../tasks/events.ts"
import { leaveTodo } from "../tasks/todos.ts"
import type { Fen } from "../values/money.ts"
import { PaymentPaid, PaymentReversed } from "./events.ts"
import { attemptOf, attemptsOf, paymentOf, reversalOf } from "./rows.ts"
import { hasEnded, type Sale } from "./standing.ts"
import {
  type AttemptRow,
  type Because,
  begin,
  move,
  type PaymentRow,
  type ReversalRow,
  tables
} from "./store.ts"
import { notePaid, noteReversed, payerOf, type Timeline } from "./timeline.ts"
import { mismatch, next, type Word } from "./word.ts"

/** What settling needs besides the database: how facts reach plugins and people's timelines, and how an attempt is asked about (again). */
export interface Settling {
  readonly events: Events["Service"]
  readonly timeline: Timeline
  readonly appidOf: (mchid: string) => string
  readonly resolve: (sql: Sql, outTradeNo: string, due: number) => Promise<void>
}

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
  if (word.says === "waiting" && word.codeUrl !== undefined)
    await shown(sql, settling, attempt, word.codeUrl, because)
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

/** A QR has an address now; that moves nothing, but from here on its payer may. */
const shown = async (
  sql: Sql,
  { resolve }: Settling,
  { id }: AttemptRow,
  code_url: string,
  { at }: Because
) => {
  await tables(sql).updateTable("weir_attempts").set({ code_url }).where("id", "=", id).execute()
  await resolve(sql, id, at + 5_000)
}

const paid = async (
  sql: Sql,
  settling: Settling,
  attempt: AttemptRow,
  word: Extract<Word, { says: "paid" }>,
  because: Because
): Promise<Sale | undefined> => {
  const wrong = mismatch(attempt, settling.appidOf(attempt.merchant), word)
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
  if (reversal !== undefined || late || payment.state !== "open") {
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
  const done = await move(sql, "payment", payment, "paid", because, { paid_by: attempt.id })
  await settling.events.publish(sql, payment.plugin, PaymentPaid, eventKey(payment), {
    ...aboutPayment(payment, moved),
    transactionId: word.transactionId,
    paidAt: word.paidAt
  })
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
      { id: attempt.id, state: "asked", why, returned: 0 as Fen, asked_at },
      because
    )
  else if (known.state === "done" && known.returned === 0)
    await move(sql, "reversal", known, "asked", because, { why, asked_at })
  await settling.resolve(sql, attempt.id, because.at)
}

/** An attempt ended without money: a reversal that was asked for is done, and the payment holds nothing. */
const ended = async (sql: Sql, settling: Settling, attempt: AttemptRow, because: Because) => {
  const reversal = await reversalOf(sql, attempt.id)
  if (reversal === undefined || reversal.state === "done" || reversal.state === "refused") return
  await undone(sql, settling, attempt, reversal, because)
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
  if (payment.state === "open" && !(await somebodyElseMayPay(sql, attempt)))
    await move(sql, "payment", payment, "closed", because)
  if (payment.state === "paid" && payment.paid_by === attempt.id)
    await move(sql, "payment", payment, "closed", because, { paid_by: null })
  await noteReversed(sql, settling.timeline, payment, attempt, { returned }, because.at)
  const fact = { ...aboutPayment(payment, attempt), amount: returned }
  await settling.events.publish(sql, payment.plugin, PaymentReversed, eventKey(payment), fact)
}

const somebodyElseMayPay = async (sql: Sql, { id, payment }: AttemptRow) =>
  (await attemptsOf(sql, payment)).some((other) => other.id !== id && !hasEnded(other))

export const eventKey = ({ plugin, reference }: PaymentRow) => `event:${plugin}:${reference}`

export const aboutPayment = ({ part, reference }: PaymentRow, { amount, id }: AttemptRow) => ({
  reference,
  part,
  outTradeNo: id,
  amount
})
