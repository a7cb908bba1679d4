import { Duration } from "effect"
import type { WechatFailure, WechatRefused } from "../../wechat/errors.ts"

/** What to do about a shipping that WeChat did not take. */
export type Verdict =
  /** To be sent again, or asked about where WeChat may have it. */
  | { readonly state: "waiting" | "unknown"; readonly after: Duration.Duration }
  /** WeChat does not take it; `mend`: a person has something to do about it. */
  | { readonly state: "refused"; readonly code: number; readonly mend: boolean }

/** When it was paid, when it failed, and how often it has been tried by now. */
interface Tried {
  readonly paidAt: number
  readonly now: number
  readonly tries: number
}

/** WeChat's order management (发货信息管理), its own codes. */
const codes = {
  /** It has not heard of the payment: it learns of it up to a minute late. */
  unheardOf: 10060001,
  /** Given back, or finished: there is nothing to ship. */
  over: 10060004
} as const

export const judgeShipping = (failure: WechatFailure, tried: Tried): Verdict => {
  switch (failure._tag) {
    case "NotSent":
      return { state: "waiting", after: pause(tried.tries) }
    case "WechatUnknown":
      return { state: "unknown", after: pause(tried.tries) }
    case "WechatRefused":
      return judgeRefusal(failure, tried)
  }
}

const judgeRefusal = (refused: WechatRefused, { now, paidAt, tries }: Tried): Verdict => {
  const { code, until } = refused
  if (code === codes.unheardOf && now - paidAt < aMinute)
    return { state: "waiting", after: Duration.seconds(10 * Math.max(1, tries)) }
  if (code === codes.over) return { state: "refused", code, mend: false }
  if (until !== undefined) return { state: "waiting", after: Duration.millis(until - now) }
  if (refused.class === "R" || refused.class === "T" || refused.class === "Q")
    return { state: "waiting", after: pause(tries) }
  // The account's own trouble is a to-do of its own; what waits goes through once it is mended.
  if (access.has(code)) return { state: "waiting", after: Duration.minutes(10) }
  return { state: "refused", code, mend: true }
}

/** What keeps an account from any token. */
const access = new Set([
  40002, 40013, 40125, 40164, 40243, 41002, 41004, 45035, 61004, 89501, 89503, 89504, 89505, 89506,
  89507
])

const aMinute = 60_000

/** From ten seconds to ten minutes, doubling. */
export const pause = (tries: number): Duration.Duration =>
  Duration.seconds(Math.min(600, 10 * 2 ** Math.min(10, Math.max(0, tries - 1))))
