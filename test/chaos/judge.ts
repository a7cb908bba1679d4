import { Effect } from "effect"
import { invariants } from "../../simulation/invariants/all.ts"
import type { History } from "../../simulation/invariants/history.ts"
import { Ground } from "../support/ground.ts"
import { leftIn } from "../support/payment-books.ts"
import type { Record } from "./counter.ts"
import type { World } from "./world.ts"

/** What kind of harm a violation is; the closing table counts them. */
export type Harm = "lost" | "double" | "unknown" | "stale" | "other"

/** What contradicts a rule, in one line. */
export interface Violation {
  readonly harm: Harm
  readonly rule: string
  readonly detail: string
}

/** What a round leaves to be judged: the three records, what has no end, and what was written that must not be. */
export interface Evidence {
  readonly history: History
  readonly left: ReadonlyArray<string>
  readonly stale: ReadonlyArray<string>
  /** What the tills complained of. */
  readonly complaints: ReadonlyArray<string>
}

/** Money that somebody was told of, and that is not there or nobody knows of. */
const lost = new Set([
  "Each capture at WeChat's is one paid attempt of ours, over the same sum",
  "What is paid here was captured by WeChat: same merchant, appid, amount and transaction",
  "What WeChat has captured is paid here, or given back in full",
  "What a till was told is paid is kept for it, once and in full, unless it took it back",
  "What WeChat keeps for the merchant is what we hold, to the fen"
])

/** Money that was taken twice, or kept after a no. */
const double = new Set([
  "No ticket keeps more than one capture",
  "No second number is opened for a ticket while the first may still be paid",
  "Money taken after the till heard no goes back, and is reported, unless its cashier took what was held",
  "Refunds, done and pending, never exceed the capture, nor fifty"
])

/** The rules that are counted by what they harm; a violation of any other is counted as other. */
export const sentences: ReadonlySet<string> = new Set([...lost, ...double])

const harmOf = (sentence: string): Harm => {
  if (lost.has(sentence)) return "lost"
  return double.has(sentence) ? "double" : "other"
}

const as = (harm: Harm, rule: string, details: ReadonlyArray<string>): ReadonlyArray<Violation> =>
  details.map((detail) => ({ harm, rule, detail }))

/** What is wrong. The rules about money are the simulated world's; those about processes are of this place. */
export const violationsIn = ({
  complaints,
  history,
  left,
  stale
}: Evidence): ReadonlyArray<Violation> => [
  ...invariants.flatMap(({ sentence, violations }) =>
    as(harmOf(sentence), sentence, violations(history))
  ),
  ...as("unknown", "Once the faults are over, everything comes to its end", left),
  ...as("stale", "Nobody writes under an epoch or a version that is over", stale),
  ...as("other", "A till that says everything rightly is answered so", complaints)
]

/** Gathers what is known of a world: what its tills heard, what its database says, what WeChat says. */
export const evidenceOf = Effect.fnUntraced(function* (world: World, record: Record) {
  const { wechat } = yield* Ground
  const { appid } = yield* wechat.credentials
  const orders = yield* wechat.orders
  const books = yield* world.books
  const own = new Set(books.rows.attempts.map(({ id }) => id))
  const history: History = {
    now: Date.now(),
    calmSince: Number.POSITIVE_INFINITY,
    appid,
    // WeChat serves other worlds as well. What a customer of this one paid belongs here, whether or not its gateway knows.
    wechat: orders.filter(
      ({ authCode = "", outTradeNo }) => own.has(outTradeNo) || record.codes.has(authCode)
    ),
    rows: books.rows,
    sent: record.sent,
    talk: record.talk
  }
  const left = leftIn(books, history.now)
  return { history, left, stale: books.stale, complaints: record.complaints } satisfies Evidence
})
