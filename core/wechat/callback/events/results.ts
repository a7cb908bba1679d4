import { Schema } from "effect"
import type { Field } from "../fields.ts"
import { ofAccount, ofPerson, received, textOf } from "../received.ts"

/** What became of a template message that WeChat had accepted. `messageId` is the number it was accepted under. */
export const TemplateMessageDone = received(
  Schema.Struct({
    ...ofPerson("template-message-done"),
    messageId: Schema.String,
    result: Schema.Literals(["delivered", "refused by user", "failed"]),
    /** WeChat's own words. */
    status: Schema.String
  }),
  ({ MsgID, Status }) => ({ messageId: MsgID, result: resultOf(Status), status: Status })
)

/** `success`, `failed:user block`, `failed: system failed`: with and without the space. */
const resultOf = (status: Field | undefined) => {
  const said = String(status).toLowerCase().replaceAll(" ", "")
  if (said === "success") return "delivered"
  return said.includes("userblock") ? "refused by user" : "failed"
}

/** What became of a mass message. `filtered`: whom WeChat left out, for having had four this month. */
export const MassMessageDone = received(
  Schema.Struct({
    ...ofAccount("mass-message-done"),
    messageId: Schema.String,
    /** WeChat's own words: `send success`, `send fail`, `err(20001)` … */
    status: Schema.String,
    total: Schema.Int,
    filtered: Schema.Int,
    sent: Schema.Int,
    failed: Schema.Int
  }),
  ({ ErrorCount, FilterCount, MsgID, SentCount, Status, TotalCount }) => ({
    messageId: MsgID,
    status: Status,
    total: textOf(TotalCount) ?? "0",
    filtered: textOf(FilterCount) ?? "0",
    sent: textOf(SentCount) ?? "0",
    failed: textOf(ErrorCount) ?? "0"
  })
)
