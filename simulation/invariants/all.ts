import { doubtIsShort, oneAtATime, onlyDeclaredMoves, versionsWithoutGap } from "./attempts.ts"
import {
  everyCaptureIsOurs,
  nothingCanStillBePaid,
  nothingIsKeptUnknown,
  onceATicket,
  paidMeansPaid,
  sameThreeSets
} from "./captures.ts"
import type { Invariant } from "./history.ts"
import { oneNumberARefund, refundsStayWithin } from "./refunds.ts"
import { booksBalance, moneyIsWhole } from "./sums.ts"
import { amountIsFixed, finalIsFinal, lateMoneyGoesBack, toldIsKept } from "./tills.ts"

/** What must be true of money, whatever fails. */
export const invariants: ReadonlyArray<Invariant> = [
  everyCaptureIsOurs,
  paidMeansPaid,
  nothingIsKeptUnknown,
  nothingCanStillBePaid,
  onceATicket,
  finalIsFinal,
  toldIsKept,
  amountIsFixed,
  refundsStayWithin,
  oneNumberARefund,
  onlyDeclaredMoves,
  versionsWithoutGap,
  moneyIsWhole,
  booksBalance,
  doubtIsShort,
  oneAtATime,
  lateMoneyGoesBack,
  sameThreeSets
]
