import { Schema } from "effect"
import { money, notifyUrl, optional, text } from "./fields.ts"

/** The requests of WeChat's consumer complaints 2.0, as its documents define them. */

export const NotifyUrlRequest = Schema.Struct({ url: notifyUrl })

const jump = Schema.Struct({ appid: text(1, 64), path: text(1, 512), text: text(1, 10) })

export const AnswerRequest = Schema.Struct({
  complainted_mchid: text(1, 64),
  response_content: text(1, 600),
  response_images: optional(Schema.Array(text(1, 512))),
  jump_url: optional(text(1, 512)),
  jump_url_text: optional(text(1, 30)),
  mini_program_jump_info: optional(jump)
})
export type AnswerRequest = typeof AnswerRequest.Type

export const CompleteRequest = Schema.Struct({ complainted_mchid: text(1, 64) })

export const RefundProgressRequest = Schema.Struct({
  action: Schema.Literals(["APPROVE", "REJECT"]),
  launch_refund_day: optional(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))),
  reject_reason: optional(text(1, 600)),
  reject_media_list: optional(Schema.Array(text(1, 512))),
  remark: optional(text(1, 600))
})
export type RefundProgressRequest = typeof RefundProgressRequest.Type

/** What a customer does on the sandbox's phone to complain. */
export const ComplaintInput = {
  outTradeNo: Schema.String,
  detail: Schema.String.check(Schema.isBetweenLength(1, 300)),
  problem: Schema.optionalKey(Schema.Literals(["REFUND", "SERVICE_NOT_WORK", "OTHERS"])),
  /** In fen; with a problem of `REFUND` all of it unless said. */
  refund: Schema.optionalKey(money),
  /** How long ago that was, as a notify may be lost. */
  hoursAgo: Schema.optionalKey(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 72 }))),
  phone: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\d{11}$/)))
}
