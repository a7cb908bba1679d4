import { Schema } from "effect"
import { answerable, ofMessage, textOf } from "../received.ts"

/** Somebody wrote to the account. `menuItem`: what was tapped in a menu we had sent as a message. */
export const TextReceived = answerable(
  Schema.Struct({
    ...ofMessage("text"),
    text: Schema.String,
    menuItem: Schema.optionalKey(Schema.String)
  }),
  ({ Content, MsgId, bizmsgmenuid }) => ({
    messageId: MsgId,
    text: Content,
    menuItem: textOf(bizmsgmenuid)
  })
)

/** Somebody sent a link. */
export const LinkReceived = answerable(
  Schema.Struct({
    ...ofMessage("link"),
    title: Schema.String,
    url: Schema.String,
    description: Schema.optionalKey(Schema.String)
  }),
  ({ Description, MsgId, Title, Url }) => ({
    messageId: MsgId,
    title: Title,
    url: Url,
    description: textOf(Description)
  })
)
