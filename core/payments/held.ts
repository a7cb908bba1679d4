import { Duration } from "effect"
import type { Sql } from "../database/database.ts"
import { leaveTodo, raiseTodo, settleTodos } from "../tasks/todos.ts"
import { rfc3339 } from "../values/beijing.ts"
import type { StoreRules } from "../wechat/pay/stores.ts"
import { patience } from "./model.ts"
import { attemptsOf } from "./rows.ts"
import { hasEnded } from "./standing.ts"
import {
  type AttemptRow,
  type Because,
  lastMove,
  move,
  type PaymentRow,
  type ReversalRow
} from "./store.ts"

// Money that came after its till was told that there is none, where the store wants it kept for a while (decision 0024).

/**
 * Holds what an attempt has brought late, and says until when; nothing where it goes back at once: as the store wants it so, as something
 * else pays or may pay the same, or as a reversal that nobody answered may still arrive and take it away again.
 */
export const holdLate = async (
  sql: Sql,
  { holdFor, lateSuccess }: StoreRules,
  payment: PaymentRow,
  attempt: AttemptRow,
  reversal: ReversalRow | undefined,
  because: Because
): Promise<number | undefined> => {
  if (lateSuccess !== "hold" || (payment.state !== "open" && payment.state !== "closed"))
    return undefined
  if (reversal !== undefined && !isOver(reversal, because.at)) return undefined
  if ((await attemptsOf(sql, payment.id)).some((one) => !hasEnded(one))) return undefined
  const held_until = because.at + Duration.toMillis(holdFor)
  if (reversal !== undefined) await move(sql, "reversal", reversal, "overtaken", because)
  await move(sql, "payment", payment, "held", because, { paid_by: attempt.id, held_until })
  const detail = `Paid after the till had given up: scan or query ticket ${payment.reference} again before ${rfc3339(held_until)}, or it goes back to the payer`
  await raiseTodo(sql, { kind: "payment.held", subject: attempt.id, detail, at: because.at })
  return held_until
}

/** Nothing was taken under it, and no request for it can still arrive at WeChat. */
const isOver = ({ returned, state, unheard_at }: ReversalRow, at: number) =>
  state === "done" &&
  returned === 0 &&
  (unheard_at === null || at - unheard_at > Duration.toMillis(patience.watched))

/** It is held no longer: its cashier has it, or it has gone back, which is reported. */
export const release = async (
  sql: Sql,
  { paid_by }: PaymentRow,
  to: "cashier" | "payer",
  { at }: Because
): Promise<void> => {
  const subject = paid_by ?? ""
  await settleTodos(sql, "payment.held", { prefix: subject }, at)
  if (to === "cashier") return
  const detail = "Paid after the till had given up, and nobody took it; the money goes back"
  await leaveTodo(sql, { kind: "payment.late", subject, detail, at })
}

/** Whether its plugin was told that it is closed, before money came for it that is held now. */
export const wasClosed = async (sql: Sql, { id }: PaymentRow): Promise<boolean> =>
  (await lastMove(sql, "payment", id, "held"))?.from === "closed"
