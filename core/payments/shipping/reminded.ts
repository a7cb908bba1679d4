import { Schema } from "effect"
import { raiseTodo } from "../../tasks/todos.ts"
import type { Account } from "../../wechat/account.ts"
import type { Listener } from "../../wechat/callback/message.ts"

export const remindedKind = "shipping.reminded"

/** What a reminder is about that names no order. */
export const accessSubject = ({ name }: Account) => `${name}/first`

const Reminder = Schema.Struct({
  merchant_trade_no: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[\w|*-]{6,32}$/)))
})
const read = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.StructWithRest(Reminder, [Schema.Record(Schema.String, Schema.Any)]))
)

/** WeChat reminds a mini program of what it has not said: of anything yet, or of one order in 48 hours. */
export const todoOfReminder: Listener = async (sql, account, message) => {
  if (message.type !== "other" || account.kind !== "mini-program") return
  const { at, fields, name } = message
  const raise = (subject: string, detail: string) =>
    raiseTodo(sql, { kind: remindedKind, subject, detail, at })
  if (name.toLowerCase() === "trade_manage_remind_access_api")
    await raise(
      accessSubject(account),
      `WeChat waits for the first word of what the mini program ${account.name} ships: tell it by \`shipped\``
    )
  if (name.toLowerCase() === "trade_manage_remind_shipping") {
    const order = numberIn(fields)
    await raise(
      `${account.name}/${order ?? "some"}`,
      `WeChat has not heard in 48 hours what the mini program ${account.name} sent for ${order ?? "an order"}`
    )
  }
}

const numberIn = (fields: string): string | undefined => {
  try {
    return read(fields).merchant_trade_no
  } catch {
    return undefined
  }
}
