import { Schema } from "effect"
import { ofPerson, received, textOf } from "../received.ts"

/** Something nobody here knows, by WeChat's own names; it is acknowledged all the same. */
export const OtherReceived = received(
  Schema.Struct({
    ...ofPerson("other"),
    /** Its `Event`, or else its `MsgType`. */
    name: Schema.String,
    /** All of it, as JSON. */
    fields: Schema.String
  }),
  (fields) => ({
    name: textOf(fields.Event) ?? textOf(fields.MsgType),
    fields: JSON.stringify(fields)
  })
)
