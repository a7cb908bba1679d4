import { Schema } from "effect"
import type { Field, Fields } from "../fields.ts"
import { inside, listOf, ofPerson, received, textOf } from "../received.ts"

/**
 * Somebody was asked for subscriptions and answered, each accepted one allowing one message; or changed them in WeChat's settings, of
 * which in practice only refusals are told.
 */
export const SubscriptionsAnswered = received(
  Schema.Struct({
    ...ofPerson("subscriptions-answered"),
    where: Schema.Literals(["pop-up", "settings"]),
    answers: Schema.Array(Schema.Struct({ templateId: Schema.String, accepted: Schema.Boolean }))
  }),
  (fields) => ({
    where:
      textOf(fields.Event)?.toLowerCase() === "subscribe_msg_change_event" ? "settings" : "pop-up",
    answers: entriesOf(fields).map(({ SubscribeStatusString, TemplateId }) => ({
      templateId: text(TemplateId),
      accepted: String(SubscribeStatusString === "accept")
    }))
  })
)

/** What became of a subscription notification. */
export const NotificationDone = received(
  Schema.Struct({
    ...ofPerson("notification-done"),
    messages: Schema.Array(
      Schema.Struct({
        templateId: Schema.String,
        messageId: Schema.String,
        delivered: Schema.Boolean,
        /** WeChat's error code; 0 is none. */
        code: Schema.String,
        status: Schema.String
      })
    )
  }),
  (fields) => ({
    messages: entriesOf(fields).map(({ ErrorCode, ErrorStatus, MsgID, TemplateId }) => ({
      templateId: text(TemplateId),
      messageId: text(MsgID),
      delivered: String(ErrorCode === "0"),
      code: text(ErrorCode),
      status: text(ErrorStatus)
    }))
  })
)

/** WeChat's own example of a change is wrapped as an answer; in JSON there is no wrapper. `List` comes once or often. */
const entriesOf = (fields: Fields): ReadonlyArray<Fields> => {
  const { SubscribeMsgChangeEvent, SubscribeMsgPopupEvent, SubscribeMsgSentEvent } = fields
  const wrapper = SubscribeMsgPopupEvent ?? SubscribeMsgChangeEvent ?? SubscribeMsgSentEvent
  return listOf(wrapper === undefined ? fields.List : inside(wrapper).List)
}

const text = (field: Field | undefined) => textOf(field) ?? ""
