import type { Rule } from "../../database/rule.ts"
import { doubtIsShort, everyOpenEndIsFollowed } from "./doubt.ts"
import {
  everyHistoryHasItsRow,
  onlyDeclaredMoves,
  rowsStandWhereTheirHistoryEnds
} from "./history.ts"
import {
  amountsArePositive,
  oneAtATime,
  oneTransactionEach,
  paidByItsOwn,
  paidIsTold,
  refundsStayWithin,
  reversalsStayWithin,
  surplusGoesBack
} from "./money.ts"
import { numbersAreDerived, oneNumberARefund } from "./numbers.ts"

/** What must be true of our own books, whatever fails. */
export const paymentRules: ReadonlyArray<Rule> = [
  onlyDeclaredMoves,
  rowsStandWhereTheirHistoryEnds,
  everyHistoryHasItsRow,
  amountsArePositive,
  paidByItsOwn,
  paidIsTold,
  surplusGoesBack,
  oneAtATime,
  oneTransactionEach,
  refundsStayWithin,
  reversalsStayWithin,
  numbersAreDerived,
  oneNumberARefund,
  doubtIsShort,
  everyOpenEndIsFollowed
]
