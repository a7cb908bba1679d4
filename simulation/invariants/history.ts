import type {
  AttemptRow,
  HistoryRow,
  PaymentRow,
  RefundRow,
  ReversalRow
} from "../../core/payments/store.ts"
import type { LedgerOrder } from "../../plugins/wechat-sandbox/books.ts"

/** A message that left a till, whether or not it was answered. */
export interface Sent {
  readonly call: "MICROPAY" | "NATIVE" | "QUERY" | "REVERSE" | "REFUND" | "sale" | "void" | "refund"
  /** The gateway's reference of the sale it is about. */
  readonly reference: string
  readonly amount?: number
  readonly sentAt: number
}

/** A message and what the till heard. */
export interface Talk extends Sent {
  /** The message, so that the same bytes can be recognised. */
  readonly bytes: string
  readonly heardAt: number
  readonly answer: {
    readonly bytes: string
    readonly code: string
    readonly outTradeNo?: string | undefined
  }
}

export interface TodoRow {
  readonly kind: string
  readonly subject: string
}

/** The gateway's own rows. */
export interface Rows {
  readonly payments: ReadonlyArray<PaymentRow>
  readonly attempts: ReadonlyArray<AttemptRow>
  readonly reversals: ReadonlyArray<ReversalRow>
  readonly refunds: ReadonlyArray<RefundRow>
  /** In the order it was written. */
  readonly history: ReadonlyArray<HistoryRow>
  readonly todos: ReadonlyArray<TodoRow>
}

/** Three records of the same events, kept by three parties, and the time. */
export interface History {
  readonly now: number
  /** Since when gateway and WeChat have reached each other without any disturbance; never: `Infinity`. */
  readonly calmSince: number
  readonly appid: string
  readonly wechat: ReadonlyArray<typeof LedgerOrder.Type>
  readonly rows: Rows
  readonly sent: ReadonlyArray<Sent>
  readonly talk: ReadonlyArray<Talk>
}

/** One sentence that is true of every history. */
export interface Invariant {
  readonly sentence: string
  /** At every moment, or once everything has come to rest. */
  readonly holds: "always" | "at rest"
  /** What contradicts it, one line each. */
  readonly violations: (history: History) => ReadonlyArray<string>
}

export const always = (sentence: string, violations: Invariant["violations"]): Invariant => ({
  sentence,
  holds: "always",
  violations
})

export const atRest = (sentence: string, violations: Invariant["violations"]): Invariant => ({
  sentence,
  holds: "at rest",
  violations
})
