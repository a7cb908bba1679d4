import { Schema } from "effect"
import { event } from "../tasks/events.ts"

/**
 * How a notice stands. `waiting`: it is to be sent. `held`: not now; see when it goes on. `sent`: WeChat has accepted it, which is not
 * delivery. The others are ends; of an `unknown` one WeChat may still tell what became of it.
 */
export const NoticeState = Schema.Literals([
  "waiting",
  "held",
  "sent",
  "delivered",
  "refused by user",
  "failed",
  "unknown"
])
export type NoticeState = typeof NoticeState.Type

/** Which state leads to which. */
export const graph: Readonly<Record<NoticeState, ReadonlyArray<NoticeState>>> = {
  waiting: ["held", "sent", "refused by user", "failed", "unknown"],
  held: ["waiting", "failed"],
  sent: ["delivered", "refused by user", "failed"],
  unknown: ["delivered", "refused by user", "failed"],
  delivered: [],
  "refused by user": [],
  failed: []
}

/** How somebody is told. `fallback` is not WeChat's. */
export const Channel = Schema.Literals(["subscription", "template", "custom", "fallback"])
export type Channel = typeof Channel.Type

/** What is known about a notice. */
export const NoticeStanding = Schema.Struct({
  state: NoticeState,
  /** For people: why it is held, failed or unknown. */
  why: Schema.optionalKey(Schema.String),
  channel: Schema.optionalKey(Channel),
  /** When it was sent, or when a held one goes on; UTC ms. */
  sentAt: Schema.optionalKey(Schema.Int),
  heldUntil: Schema.optionalKey(Schema.Int)
})
export type NoticeStanding = typeof NoticeStanding.Type

/** A notice has come to an end: `delivered`, `refused by user`, `failed`, or nobody knows. An unknown one may be told of again. */
export const NoticeDone = event(
  "notice.done",
  Schema.Struct({
    notice: Schema.String,
    key: Schema.String,
    reference: Schema.String,
    state: NoticeState,
    why: Schema.optionalKey(Schema.String)
  }),
  { personal: true }
)

/** No such notice was told. */
export class NoticeUnknown extends Schema.TaggedError<NoticeUnknown>()("NoticeUnknown", {
  notice: Schema.String
}) {
  readonly status = 404
  override readonly message = "There is no such notice"
}
