import { Schema } from "effect"
import type { NotSent } from "../transport.ts"
import { ErrorClass } from "./errcodes.ts"

/** WeChat said no, or would have; nothing happened. */
export class WechatRefused extends Schema.TaggedError<WechatRefused>()("WechatRefused", {
  /** WeChat's errcode. */
  code: Schema.Int,
  class: ErrorClass,
  /** WeChat's own number of this request, by which its support finds it. */
  rid: Schema.optionalKey(Schema.String),
  /** For people, in our words; never anything personal. */
  message: Schema.String,
  /** The field of a template that is wrong, e.g. `thing4`. */
  field: Schema.optionalKey(Schema.String),
  /** UTC milliseconds: before that it is of no use to ask again. */
  until: Schema.optionalKey(Schema.Number)
}) {}

/** It may have happened: WeChat has no question by which to find out. Never repeated unless the call carries WeChat's own de-dup key. */
export class WechatUnknown extends Schema.TaggedError<WechatUnknown>()("WechatUnknown", {
  reason: Schema.String,
  rid: Schema.optionalKey(Schema.String)
}) {
  override readonly message = `Outcome unknown: ${this.reason}`
}

export type WechatFailure = WechatRefused | WechatUnknown | NotSent
