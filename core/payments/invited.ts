import type { CustomerId } from "../customers/model.ts"
import type { Fen } from "../values/money.ts"
import { digest } from "../values/numbers.ts"
import { isOrder, type OrderWay } from "../wechat/pay/ways.ts"
import { isFresh } from "./bringing.ts"
import type { Reference, Standing } from "./model.ts"
import { current, hasEnded, latest, type Sale, standing } from "./standing.ts"
import type { AttemptRow } from "./store.ts"

/** What a page shows to whoever opens the address of an invitation. */
export interface Invited extends Required<Reference> {
  readonly amount: Fen
  readonly title: string
  readonly store: string
  /** Who is paid, by the number. */
  readonly merchant: string
  readonly standing: Standing
  /** The last moment to begin; UTC ms. */
  readonly until: number | undefined
  /** Nobody can begin any more. */
  readonly isOver: boolean
  /** What somebody has begun and not ended. */
  readonly begun: Begun | undefined
  /** Who came last went, or is going, another way than by scanning a code: no page shows one again by itself. */
  readonly isTaken: boolean
  /** Ways in which WeChat has refused to let it be paid. */
  readonly refused: ReadonlyArray<OrderWay>
  /** Every part of the reference, this one too. */
  readonly parts: ReadonlyArray<InvitedPart>
  /** Another whenever anything of this is. */
  readonly mark: string
}

export interface Begun {
  readonly way: OrderWay
  /** Whom it was made for, where it was made for one. */
  readonly payer: CustomerId | undefined
  /** What leads there, while it lives. */
  readonly prepay: string | undefined
}

export interface InvitedPart {
  readonly title: string
  readonly amount: Fen
  readonly standing: Standing
  readonly payUrl: string
  readonly isThis: boolean
}

/** Reads a sale, and the other parts of its reference, for the page of an invitation. */
export const invitedTo = (
  sale: Sale,
  parts: ReadonlyArray<Sale>,
  urlOf: (payment: string) => string,
  now: number
): Invited => {
  const { amount, expires_at, merchant, part, plugin, reference, store, title } = sale.payment
  const shown = {
    ...{ plugin, reference, part, amount, title, store, merchant },
    standing: standing(sale),
    until: expires_at ?? undefined,
    isOver: expires_at !== null && now >= expires_at,
    begun: begunIn(sale, now),
    isTaken: isTaken(sale),
    refused: refusedWays(sale),
    parts: parts.map(({ payment, ...rest }) => ({
      title: payment.title,
      amount: payment.amount,
      standing: standing({ payment, ...rest }),
      payUrl: urlOf(payment.id),
      isThis: payment.id === sale.payment.id
    }))
  }
  return { ...shown, mark: digest(JSON.stringify(shown)) }
}

const begunIn = (sale: Sale, now: number): Begun | undefined => {
  const attempt = current(sale)
  if (attempt === undefined || hasEnded(attempt) || !isOrder(attempt.way)) return undefined
  const prepay = isFresh(attempt, now) ? attempt.prepay : null
  return { way: attempt.way, payer: attempt.payer ?? undefined, prepay: prepay ?? undefined }
}

/** Between the end of one order and the beginning of the next, too, or two devices would close each other's for ever. */
const isTaken = (sale: Sale): boolean => {
  const last = latest(sale)
  const reversal = sale.reversals.find(({ id }) => id === last?.id)
  return last !== undefined && (last.way !== "native" || reversal?.why === "superseded")
}

/** WeChat's no to a way holds for the whole payment: the merchant lacks it, or its settings are wrong. */
const refusedWays = ({ attempts }: Sale): ReadonlyArray<OrderWay> => {
  const refused = attempts
    .filter(({ state }) => state === "refused")
    .map(({ way }: AttemptRow) => way)
  return [...new Set(refused.filter(isOrder))]
}
