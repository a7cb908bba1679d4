import type { WechatFailure, WechatRefused } from "../wechat/errors.ts"

/** What is to be done about a message that WeChat did not simply accept. */
export type Setback =
  /** Nothing reached WeChat, or it wants to be asked later; UTC ms, if it says when. */
  | { readonly next: "wait"; readonly why: string; readonly until?: number }
  /** It may have been sent. */
  | { readonly next: "unknown"; readonly why: string }
  /** This way is closed; what WeChat says of the person or of the template is to be remembered. */
  | {
      readonly next: "another way"
      readonly why: string
      readonly lesson: Lesson
      readonly field?: string
    }

/** What WeChat's refusal teaches. */
export type Lesson =
  | "not following"
  | "not subscribed"
  | "blocked"
  | "no window"
  | "template wrong"
  | "field wrong"
  | "none"

/** What a failure calls for; platform guide, §9. */
export const setbackOf = (failure: WechatFailure): Setback => {
  switch (failure._tag) {
    case "NotSent":
      return { next: "wait", why: "WeChat could not be reached" }
    case "WechatUnknown":
      return { next: "unknown", why: "WeChat did not say whether it was sent" }
    case "WechatRefused":
      return refusal(failure)
  }
}

const refusal = ({ class: kind, code, field, message, until }: WechatRefused): Setback => {
  const why = `${code}: ${message}`
  if (kind === "Q" || kind === "R" || kind === "T")
    return { next: "wait", why, ...(until !== undefined && { until }) }
  return {
    next: "another way",
    why,
    lesson: lessons.get(code) ?? "none",
    ...(field !== undefined && { field })
  }
}

const lessons: ReadonlyMap<number, Lesson> = new Map([
  [43004, "not following"],
  [50005, "not following"],
  [43101, "not subscribed"],
  [48002, "blocked"],
  [43019, "blocked"],
  [45015, "no window"],
  [45047, "no window"],
  [40036, "template wrong"],
  [40037, "template wrong"],
  [43116, "template wrong"],
  [48011, "template wrong"],
  [200013, "template wrong"],
  [47003, "field wrong"]
])
