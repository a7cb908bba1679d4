import { Schema } from "effect"
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
  /** UTC milliseconds: before that it is of no use to ask again. */
  until: Schema.optionalKey(Schema.Number)
}) {}
