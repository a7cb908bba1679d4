import { Duration } from "effect"
import type { Fen } from "../../values/money.ts"
import { type NotRefundable, refundLimits } from "../model.ts"
import { refunded } from "../standing.ts"
import type { AttemptRow, RefundRow, ReversalRow } from "../store.ts"

/** What one refund is for, and who wants it. */
export interface Intention {
  /** The old system's own key: the same key is the same money. */
  readonly key: string
  readonly amount: Fen
  /** What the payer reads. */
  readonly reason: string
  /** Where it is asked for, and by whom there. */
  readonly store?: string
  readonly device?: string
  readonly by?: string
  /** It carries out a reversal; any other refund must not meet one. */
  readonly undoes?: boolean
}

/** What a refund is held against. */
export interface Captured {
  readonly attempt: AttemptRow
  readonly reversal: ReversalRow | undefined
  /** All refunds of this attempt there have been. */
  readonly own: ReadonlyArray<RefundRow>
  readonly now: number
}

/** Why this may not be given back, or nothing. */
export const obstacle = (
  { attempt, now, own, reversal }: Captured,
  { amount, undoes }: Pick<Intention, "amount" | "undoes">
): NotRefundable["why"] | undefined => {
  if (!Number.isSafeInteger(amount) || amount < 1) return "nothing"
  if (attempt.state !== "paid") return "unpaid"
  if (!undoes && isUndone(reversal)) return "undone"
  if (now >= (attempt.paid_at ?? 0) + Duration.toMillis(refundLimits.within)) return "late"
  if (own.filter(reachesWechat).length >= refundLimits.parts) return "parts"
  return amount > leftOf(attempt, own) ? "beyond" : undefined
}

/** What of a capture has not gone back, and is not about to. */
export const leftOf = ({ amount, state }: AttemptRow, own: ReadonlyArray<RefundRow>): Fen =>
  (state === "paid" ? amount - refunded(own) : 0) as Fen

/**
 * Whether a supervisor must let it go: when more than `limit` of one payment would go back without anybody having confirmed it.
 * Counted together, since a sum is as easily given back in parts.
 */
export const needsSupervisor = (
  limit: Fen | undefined,
  own: ReadonlyArray<RefundRow>,
  { amount, undoes }: Pick<Intention, "amount" | "undoes">
): boolean => {
  if (limit === undefined || undoes) return false
  return amount + refunded(own.filter(({ confirmed_by }) => confirmed_by === null)) > limit
}

/** It is being undone, or has been; its refunds are then those of the reversal. */
export const isUndone = (reversal: ReversalRow | undefined) =>
  reversal !== undefined && reversal.state !== "refused" && reversal.state !== "overtaken"

/** WeChat counts what it has accepted; what was refused or never let go is nothing to it. */
const reachesWechat = ({ state }: RefundRow) => state !== "refused"

export const isUnsent = ({ state }: RefundRow) => state === "created" || state === "unknown"
export const isUnderway = ({ state }: RefundRow) => state === "processing" || state === "abnormal"
export const isOver = ({ state }: RefundRow) =>
  state === "done" || state === "closed" || state === "refused"

/** The key of what follows a refund that WeChat closed: the same intention, under another number. */
export const againKey = (closed: RefundRow) => `again:${closed.id}`

/** The refund that stands for an intention now. */
export const latestOf = (all: ReadonlyArray<RefundRow>, key: string): RefundRow | undefined => {
  const found = all.find((refund) => refund.key === key)
  if (found?.state !== "closed") return found
  return latestOf(all, againKey(found)) ?? found
}
