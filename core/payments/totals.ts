import type { Fen } from "../values/money.ts"
import type { Standing } from "./model.ts"
import { captured, type Sale, standing } from "./standing.ts"

/** All parts of a reference taken together. Amounts are fen. */
export interface Total {
  /** Of what can still be paid, or has been. */
  readonly asked: Fen
  readonly paid: Fen
  /** Of what was paid; also what is on its way back. */
  readonly refunded: Fen
  /** Asked, and not paid yet. */
  readonly left: Fen
  readonly parts: ReadonlyArray<Part>
}

export interface Part {
  readonly part: string
  readonly amount: Fen
  readonly standing: Standing
}

/** Adds up the parts of a reference; what was closed is asked for no more. */
export const totalOf = (sales: ReadonlyArray<Sale>): Total => {
  const asked = sum(sales, ({ payment }) => (payment.state === "closed" ? 0 : payment.amount))
  const paid = sum(sales, (sale) => captured(sale).paid)
  return {
    asked,
    paid,
    refunded: sum(sales, (sale) => captured(sale).refunded),
    left: (asked - paid) as Fen,
    parts: sales.map((sale) => ({
      part: sale.payment.part,
      amount: sale.payment.amount,
      standing: standing(sale)
    }))
  }
}

const sum = (sales: ReadonlyArray<Sale>, of: (sale: Sale) => number) =>
  sales.reduce((total, sale) => total + of(sale), 0) as Fen
