import { Schema } from "effect"
import type { Operation } from "./codes.ts"

/** Calls that WeChat counts together. */
export type Kind =
  | "orders"
  | "codepay"
  | "queries"
  | "undoing"
  | "refunds"
  | "failingRefunds"
  | "refundQueries"
  | "others"

/** How many calls of each kind WeChat takes from one merchant in a second. */
export type Limits = Readonly<Record<Kind, number>>

/** WeChat publishes those of orders, code payments and refunds; the others are well below what it has been seen to take. */
const wechatLimits: Limits = {
  orders: 500,
  codepay: 33,
  queries: 300,
  undoing: 100,
  refunds: 150,
  failingRefunds: 6,
  refundQueries: 300,
  others: 20
}

const PerSecond = Schema.optional(
  Schema.Finite.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
)

/** Where a merchant has agreed on other limits. */
export const LimitsOption = Schema.Struct({
  orders: PerSecond,
  codepay: PerSecond,
  queries: PerSecond,
  undoing: PerSecond,
  refunds: PerSecond,
  failingRefunds: PerSecond,
  refundQueries: PerSecond,
  others: PerSecond
} satisfies Record<Kind, typeof PerSecond>)

/** The limits of a merchant: WeChat's, and what was agreed on besides. */
export const limitsOf = (agreed: typeof LimitsOption.Type = {}): Limits => {
  const own = Object.entries(agreed).filter(([, limit]) => limit !== undefined)
  return { ...wechatLimits, ...Object.fromEntries(own) }
}

const kinds: Partial<Record<Operation, Kind>> = {
  codepay: "codepay",
  native: "orders",
  jsapi: "orders",
  h5: "orders",
  app: "orders",
  query: "queries",
  close: "undoing",
  reverse: "undoing",
  refund: "refunds",
  queryRefund: "refundQueries"
}

export const kindOf = (operation: Operation): Kind => kinds[operation] ?? "others"

/** How long a call may wait for its turn, in milliseconds; what has to wait longer is not sent. */
export const patienceOf = (kind: Kind): number => patience[kind]

/** A till or a payer waits for the first; of the others nobody's answer depends. */
const patience: Readonly<Record<Kind, number>> = {
  orders: 3_000,
  codepay: 3_000,
  queries: 3_000,
  undoing: 5_000,
  refunds: 10_000,
  failingRefunds: 10_000,
  refundQueries: 10_000,
  others: 10_000
}
