import { Duration, Schema, Struct } from "effect"
import { Fen } from "../values/money.ts"

/** The plugin's own key for what is paid. `part` tells several payments of one reference apart (deposit, balance). */
export interface Reference {
  readonly plugin: string
  readonly reference: string
  readonly part?: string
}

/** What a payment is asked for. */
export interface Order extends Reference {
  readonly amount: Fen
  /** What the payer reads, at most 127 characters. */
  readonly title: string
  readonly store: string
  /** The old system's till or counter. */
  readonly device: string
  /** When the old system said it, by its own clock; what it has taken back since is not collected, however late it arrives. */
  readonly saidAt?: number
}

/** Why WeChat or the payer said no: scan another code, no money on this one, or something else. */
export type Refusal = "code" | "funds" | "other" | "not sent"

/**
 * Where a payment stands, in the words a plugin needs.
 *
 * - `Awaited` means nobody knows yet: WeChat is being asked, and the money may have been taken.
 * - `Refused` means no money moved and none will; another attempt may follow under the same reference.
 */
export type Standing =
  /** Asked for, and nobody has begun; or what was begun came to nothing. It may be paid until then. */
  | { readonly _tag: "Open"; readonly amount: Fen; readonly until: number }
  /** Asked for, and not paid while it could be. */
  | { readonly _tag: "Closed"; readonly amount: Fen }
  | {
      readonly _tag: "Paid"
      readonly outTradeNo: string
      readonly transactionId: string
      readonly amount: Fen
      readonly paidAt: number
      readonly refunded: Fen
    }
  /**
   * Paid after the caller was told that it was not, and held until then: whoever collects or asks about it again takes it, and it is
   * `Paid`. Otherwise it goes back.
   */
  | {
      readonly _tag: "Held"
      readonly outTradeNo: string
      readonly amount: Fen
      readonly until: number
    }
  | { readonly _tag: "Paying"; readonly outTradeNo: string; readonly since: number }
  | { readonly _tag: "Awaited"; readonly outTradeNo: string; readonly since: number }
  | {
      readonly _tag: "Refused"
      readonly outTradeNo: string
      readonly why: Refusal
      readonly detail: string
    }
  | { readonly _tag: "Reversing"; readonly outTradeNo: string; readonly since: number }
  | {
      readonly _tag: "Reversed"
      readonly outTradeNo: string
      readonly amount: Fen
      /** What had been captured and was given back; 0 when no money was taken. */
      readonly returned: Fen
    }

/**
 * Where a refund stands.
 *
 * - `Accepted`: WeChat has it, the payer's bank takes minutes to days.
 * - `Waiting`: it is above what the store gives back without its supervisor, who has been told; WeChat has not been asked.
 * - `Declined`: no money goes back; `detail` is WeChat's code, or says that the supervisor declined.
 */
export type RefundStanding =
  | {
      readonly _tag: "Accepted"
      readonly outRefundNo: string
      readonly refundId: string
      readonly amount: Fen
    }
  | { readonly _tag: "Waiting"; readonly outRefundNo: string; readonly since: number }
  | { readonly _tag: "Awaited"; readonly outRefundNo: string; readonly since: number }
  | { readonly _tag: "Declined"; readonly outRefundNo: string; readonly detail: string }

/** The same reference came with another amount. */
export class AmountDiffers extends Schema.TaggedError<AmountDiffers>()("AmountDiffers", {
  reference: Schema.String
}) {
  readonly status = 409
  override readonly message = "This reference was already used with another amount"
}

/** The same reference came with another title or store: it is another thing that is to be paid. */
export class OrderDiffers extends Schema.TaggedError<OrderDiffers>()("OrderDiffers", {
  reference: Schema.String,
  field: Schema.Literals(["title", "store"])
}) {
  readonly status = 409
  override readonly message = `This reference was already used with another ${this.field}`
}

/** What a payment was to be asked for with cannot be; nothing was begun. */
export class OrderInvalid extends Schema.TaggedError<OrderInvalid>()("OrderInvalid", {
  field: Schema.String,
  problem: Schema.String
}) {
  readonly status = 400
  override readonly message = `${this.field}: ${this.problem}`
}

/** Its caller has taken this back since it was said: it was long on its way, and nothing is collected. */
export class Withdrawn extends Schema.TaggedError<Withdrawn>()("Withdrawn", {
  reference: Schema.String
}) {
  readonly status = 409
  override readonly message = "This was taken back after it was said, and is not collected"
}

/** Nothing was ever asked for under this reference. */
export class PaymentUnknown extends Schema.TaggedError<PaymentUnknown>()("PaymentUnknown", {
  reference: Schema.String
}) {
  readonly status = 404
  override readonly message = "There is no payment under this reference"
}

const unrefundable = {
  nothing: "A refund gives back at least one fen",
  unpaid: "This was never paid, so there is nothing to give back",
  undone: "This was reversed, so all of it has gone back already",
  refunded: "Part of this has been refunded, so it can no longer be reversed as a whole",
  beyond: "This is more than is left to refund",
  elsewhere: "Another merchant's store sold this, and gives it back",
  parts: "WeChat gives an order back in at most fifty parts",
  late: "WeChat gives money back for a year after the payment"
} as const

/** Nothing was changed, and `why` says what is in the way. */
export class NotRefundable extends Schema.TaggedError<NotRefundable>()("NotRefundable", {
  reference: Schema.String,
  why: Schema.Literals(Struct.keys(unrefundable)),
  /** What could still be given back. */
  left: Fen
}) {
  readonly status = 409
  override readonly message = unrefundable[this.why]
}

/** How the waiting times of a code payment compose; decision 0010 says why. */
export const patience = {
  /** WeChat refuses to undo a code payment younger than this. */
  beforeReversal: Duration.seconds(15),
  /** An attempt nobody can say anything about is undone after this. */
  unknown: Duration.seconds(20),
  /** A payer is still asked for the password, but the till has not asked for this long: it has given up. */
  forgotten: Duration.minutes(5),
  /** How long a number that WeChat had never seen is watched after its end; decision 0015 says why. */
  watched: Duration.minutes(10)
} as const

/** WeChat accepts the reversal of a code payment for seven days; later the money is refunded. */
export const reversible = Duration.days(7)

/** WeChat: at most fifty refunds of one order, a minute apart, for a year. */
export const refundLimits = {
  parts: 50,
  apart: Duration.minutes(1),
  within: Duration.days(365)
} as const
