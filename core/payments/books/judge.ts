import { beijingDate, endOfDay, fromBeijing } from "../../values/beijing.ts"
import type { StateOf } from "../graph.ts"
import type { LineRow, Owner } from "./store.ts"

/** Why sources differ about one number, in words that programs and people share. */
export const causes = {
  "only-ledger": "在我方账上已收，微信账单没有",
  "only-bill": "微信账单有，我方没有这个单号",
  "paid-at-wechat": "微信账单已支付，我方未记为已收",
  "only-sales": "只在销售文件中，没有微信收款",
  "not-in-sales": "已收款，销售文件没有",
  "sales-duplicate": "销售文件中重复",
  "sales-amount": "销售文件金额不同",
  amount: "我方金额与微信账单不同",
  coupon: "代金券：应结金额与订单金额不同",
  fee: "手续费与费率不符",
  "not-in-funds": "账单有，资金流水没有",
  "only-funds": "资金流水有，账单没有",
  "funds-amount": "资金流水金额与账单不同",
  midnight: "临近零点，待次日账单确认",
  "another-day": "账单日期与收款日期不同",
  "portal-refund": "仅在商户平台退款，单号不是我方的",
  "refund-not-in-bill": "我方已受理退款，微信账单没有",
  "refund-status": "退款状态不同：受理与完成",
  reversed: "撤销只在一方"
} as const
export type Cause = keyof typeof causes

/** A line with the file it stands in. */
export interface Line extends LineRow {
  readonly day: string
  readonly owner: Owner
}

/** What our own ledger says of a number. */
export type LedgerSide =
  | {
      readonly is: "payment"
      readonly state: StateOf<"attempt">
      readonly amount: number
      readonly paidAt: number | null
      /** What was given back when it was undone under its own number, and when that was asked for. */
      readonly undone: { readonly amount: number; readonly at: number } | undefined
    }
  | {
      readonly is: "refund"
      readonly state: StateOf<"refund">
      readonly amount: number
      readonly acceptedAt: number | null
    }

/** All that is known about one number, whoever wrote it down and on whatever day. */
export interface Evidence {
  readonly number: string
  readonly owner: Owner
  readonly ledger: LedgerSide | undefined
  readonly trade: ReadonlyArray<Line>
  readonly funds: ReadonlyArray<Line>
  readonly sales: ReadonlyArray<Line>
}

/** Which files there are: where one is missing, nothing is concluded from its silence. */
export interface Known {
  readonly billed: (source: "trade" | "funds", day: string) => boolean
  readonly soldIn: (owner: Owner, day: string) => boolean
}

/** How far a clock, or a payment under way, may carry something over midnight. */
const AROUND_MIDNIGHT = 5 * 60_000

/** A fee is rounded to the fen: half a fen, in si. */
const HALF_A_FEN = 500

/** Names every difference between those who wrote something about a number; none, when they agree as far as is known. */
export const judge = (evidence: Evidence, known: Known): ReadonlyArray<Cause> => [
  ...new Set([
    ...(evidence.ledger?.is === "refund" || isReturn(evidence)
      ? refundCauses(evidence, known)
      : paymentCauses(evidence, known)),
    ...fundCauses(evidence, known),
    ...feeCauses(evidence)
  ])
]

const isReturn = ({ ledger, sales, trade }: Evidence) =>
  ledger === undefined && [...trade, ...sales].some(({ kind }) => kind === "refund")

const of = (lines: ReadonlyArray<Line>, kind: Line["kind"]) =>
  lines.filter((line) => line.kind === kind)

const total = (lines: ReadonlyArray<Line>, what: "amount" | "settled" | "fee") =>
  lines.reduce((sum, line) => sum + line[what], 0)

const paymentCauses = (evidence: Evidence, known: Known): ReadonlyArray<Cause> => {
  const { ledger, trade } = evidence
  const [billed] = of(trade, "sale")
  const here = ledger?.is === "payment" ? ledger : undefined
  const paidAt = here?.state === "paid" ? here.paidAt : null
  if (billed === undefined) {
    const missing = paidAt === null ? [] : absent(paidAt, "only-ledger", known)
    return [...missing, ...salesCauses(evidence, known, paidAt === null ? undefined : here?.amount)]
  }
  return [
    ...(here === undefined ? (["only-bill"] as const) : []),
    ...(here !== undefined && paidAt === null && !isUndone(trade)
      ? (["paid-at-wechat"] as const)
      : []),
    ...(here !== undefined && here.amount !== billed.amount ? (["amount"] as const) : []),
    ...(billed.settled + billed.coupon === billed.amount ? [] : (["coupon"] as const)),
    ...(paidAt === null || sameDay(paidAt, billed.day) ? [] : (["another-day"] as const)),
    ...reversalCauses(evidence, known),
    ...salesCauses(evidence, known, here?.amount ?? billed.amount)
  ]
}

/** Something that happened then has no line: the bill of its day, or at midnight of the day beside it, may still come. */
const absent = (at: number, cause: Cause, known: Known): ReadonlyArray<Cause> => {
  if (!known.billed("trade", beijingDate(at))) return []
  const beside = [at - AROUND_MIDNIGHT, at + AROUND_MIDNIGHT].map(beijingDate)
  return beside.every((day) => known.billed("trade", day)) ? [cause] : ["midnight"]
}

const sameDay = (at: number, day: string) => {
  const [from, to] = boundsOf(day)
  return at + AROUND_MIDNIGHT >= from && at - AROUND_MIDNIGHT < to
}

const isUndone = (trade: ReadonlyArray<Line>) => of(trade, "reversal").length > 0

const reversalCauses = ({ ledger, trade }: Evidence, known: Known): ReadonlyArray<Cause> => {
  const there = isUndone(trade)
  const undone = ledger?.is === "payment" ? ledger.undone : undefined
  if (there) return undone === undefined ? ["reversed"] : []
  return undone === undefined || undone.amount === 0 ? [] : absent(undone.at, "reversed", known)
}

/** What the old system says it sold, or gave back, beside what is known to have been. */
const salesCauses = (
  { ledger, owner, sales, trade }: Evidence,
  known: Known,
  amount: number | undefined
): ReadonlyArray<Cause> => {
  const [said, again] = sales
  const [billed] = trade
  const undone = ledger?.is === "payment" && (ledger.undone?.amount ?? 0) > 0
  if (said === undefined) {
    const at = momentOf(ledger, billed)
    if (amount === undefined || undone || at === undefined || owner.store === "") return []
    const day = beijingDate(at)
    return known.billed("trade", day) && known.soldIn(owner, day) ? ["not-in-sales"] : []
  }
  if (again !== undefined) return ["sales-duplicate"]
  if (billed === undefined && !known.billed("trade", said.day)) return []
  if (amount === undefined) return ["only-sales"]
  if (said.kind === "sale" && undone) return ["reversed"]
  if (said.amount === amount) return []
  return (billed?.coupon ?? 0) > 0 && said.amount === billed?.settled
    ? ["coupon"]
    : ["sales-amount"]
}

const momentOf = (ledger: LedgerSide | undefined, billed: Line | undefined) =>
  (ledger?.is === "payment" ? ledger.paidAt : ledger?.acceptedAt) ?? billed?.at

const refundCauses = (evidence: Evidence, known: Known): ReadonlyArray<Cause> => {
  const { ledger, trade } = evidence
  const [billed] = of(trade, "refund")
  const here = ledger?.is === "refund" ? ledger : undefined
  const accepted = here !== undefined && acceptedStates.has(here.state)
  const amount = accepted ? here.amount : billed?.amount
  const sold = salesCauses(evidence, known, amount)
  if (billed === undefined) {
    if (!accepted || here.acceptedAt === null) return sold
    return [...absent(here.acceptedAt, "refund-not-in-bill", known), ...sold]
  }
  if (here === undefined) return ["portal-refund", ...sold]
  return [
    ...(agree(here.state, billed.status) ? [] : (["refund-status"] as const)),
    ...(here.amount === billed.amount ? [] : (["amount"] as const)),
    ...(here.acceptedAt === null || sameDay(here.acceptedAt, billed.day)
      ? []
      : (["another-day"] as const)),
    ...sold
  ]
}

const acceptedStates: ReadonlySet<string> = new Set(["processing", "done", "abnormal"])

/** A bill is a snapshot: what it calls PROCESSING may have ended since. What it says has ended stays so. */
const agree = (state: StateOf<"refund">, status: string): boolean => {
  if (status === "SUCCESS") return state === "done"
  if (status === "CLOSED") return state === "closed"
  if (status === "ABNORMAL") return state === "abnormal" || state === "done" || state === "closed"
  return acceptedStates.has(state) || state === "closed"
}

/** Money that came and went, beside what the bill says should have. */
const fundCauses = ({ funds, trade }: Evidence, known: Known): ReadonlyArray<Cause> => {
  const moved = funds.filter(({ kind }) => kind !== "fee")
  const [any] = moved
  const expected = trade.filter(({ day }) => known.billed("funds", day))
  if (trade.length === 0)
    return any !== undefined && known.billed("trade", any.day) ? ["only-funds"] : []
  if (expected.length === 0) return []
  if (any === undefined) return ["not-in-funds"]
  const due = total(of(expected, "sale"), "settled")
  const back = total(of(expected, "refund"), "settled") + total(of(expected, "reversal"), "settled")
  const came = total(of(moved, "in"), "amount")
  const went = total(of(moved, "out"), "amount")
  return due === came && back === went ? [] : ["funds-amount"]
}

const feeCauses = ({ funds, trade }: Evidence): ReadonlyArray<Cause> => {
  const wrong = trade.some(({ fee, kind, rate, settled }) => {
    const share = rateOf(rate)
    const due = share === undefined ? fee : (kind === "sale" ? settled : -settled) * share
    return Math.abs(fee - due) > HALF_A_FEN
  })
  const taken = funds.filter(({ kind }) => kind === "fee")
  const apart =
    taken.length > 0 &&
    trade.length > 0 &&
    Math.abs(total(taken, "fee") - total(trade, "fee")) > HALF_A_FEN
  return wrong || apart ? ["fee"] : []
}

/** `0.60%` of a fen, in si. */
const rateOf = (rate: string): number | undefined => {
  const [, percent] = /^(\d{1,2}(?:\.\d{1,4})?)%$/.exec(rate) ?? []
  return percent === undefined ? undefined : Number(percent) * 10
}

/** When a day in Beijing begins and the next one does, in UTC milliseconds. */
export const boundsOf = (day: string): readonly [from: number, to: number] => {
  const known = bounds.get(day)
  if (known !== undefined) return known
  const from = fromBeijing(`${day}000000`)
  if (from === undefined) throw new Error("A day has eight digits")
  const made = [from, endOfDay(from)] as const
  bounds.set(day, made)
  return made
}

/** Asked for with each of a million rows, about the same few days. */
const bounds = new Map<string, readonly [from: number, to: number]>()
