import { Duration } from "effect"
import type { Fen } from "../../values/money.ts"

/** What a store does about payments where more than one thing is right. */
export interface StoreRules {
  /** Money that comes after the till gave up: kept for the cashier to sort out with the customer, or given back at once. */
  readonly lateSuccess: "hold" | "give back"
  /** How long such money is kept before it is given back after all. */
  readonly holdFor: Duration.Duration
  /** A refund of more than this is confirmed by a supervisor first; without it none is. */
  readonly confirmRefundsAbove: Fen | undefined
}

/** The rules of a store that has none of its own. */
export const ordinaryRules: StoreRules = {
  lateSuccess: "give back",
  holdFor: Duration.minutes(30),
  confirmRefundsAbove: undefined
}

/** A store that the settings name: for which merchant it sells, and by which rules. */
export interface Store {
  readonly mchid: string
  readonly rules: StoreRules
}
