import type { Sql } from "../database/database.ts"
import type { Account } from "../wechat/account.ts"
import type { Message } from "../wechat/callback/message.ts"
import { type Books, moveOn } from "./ending.ts"
import { findNotice, findNumberless, type NoticeRow, type ResultRow, tables } from "./store.ts"

/** Hears what became of messages; inside the write that stores WeChat's push. */
export const hearResults = async (
  sql: Sql,
  books: Books,
  { appid }: Account,
  message: Message
): Promise<void> => {
  if (message.type === "template-message-done") {
    const { at, messageId, openid, result, status } = message
    await hear(sql, books, {
      appid,
      message_id: messageId,
      contact: books.sealing.contactOf(appid, openid),
      template: null,
      state: result,
      why: result === "delivered" ? null : status,
      at
    })
  }
  if (message.type === "notification-done")
    for (const { code, delivered, messageId, status, templateId } of message.messages) {
      if (code === "43101")
        await books.customers.contacts.subscribed(
          sql,
          { appid, openid: message.openid },
          templateId,
          "none"
        )
      await hear(sql, books, {
        appid,
        message_id: messageId,
        contact: books.sealing.contactOf(appid, message.openid),
        template: templateId,
        state: delivered ? "delivered" : code === "43101" ? "refused by user" : "failed",
        why: delivered ? null : `${code}: ${status}`,
        at: message.at
      })
    }
}

/** The number tells which notice it is about; where WeChat never named one, that only one can be meant does. */
const hear = async (sql: Sql, books: Books, result: ResultRow): Promise<void> => {
  const named = await tables(sql)
    .selectFrom("weir_notices")
    .selectAll()
    .where("message_id", "=", result.message_id)
    .where("appid", "=", result.appid)
    .executeTakeFirst()
  const row = named ?? (await onlyOne(sql, result))
  if (row !== undefined) return conclude(sql, books, row, result)
  const known = await tables(sql)
    .selectFrom("weir_notice_results")
    .select("at")
    .where("message_id", "=", result.message_id)
    .where("appid", "=", result.appid)
    .executeTakeFirst()
  // It may be ahead of WeChat's answer, or about another system's message.
  if (known === undefined)
    await tables(sql).insertInto("weir_notice_results").values(result).execute()
}

const conclude = async (
  sql: Sql,
  books: Books,
  row: NoticeRow,
  { at, message_id, state, why }: ResultRow
): Promise<void> => {
  if (row.state !== "sent" && row.state !== "unknown") return
  await moveOn(sql, books, row, state, at, { message_id, why })
}

/** The one notice without a number that a result can be about; none while another to the same person is on its way. */
const onlyOne = async (sql: Sql, result: ResultRow): Promise<NoticeRow | undefined> => {
  const candidates = await findNumberless(sql, result, result.at - tenMinutes, result.at + aMoment)
  const [row] = candidates
  return candidates.length === 1 && row?.state !== "waiting" ? row : undefined
}

/** Takes what WeChat told of a notice before it was known to be accepted. */
export const adoptResult = async (sql: Sql, books: Books, id: string): Promise<void> => {
  const row = await findNotice(sql, id)
  if (row === undefined || row.appid === null || row.contact === null) return
  const { appid, attempted_at, contact, message_id, template } = row
  const query = tables(sql).selectFrom("weir_notice_results").selectAll().where("appid", "=", appid)
  const results = await (message_id !== null
    ? query.where("message_id", "=", message_id)
    : query.where("contact", "=", contact).where("at", ">=", (attempted_at ?? 0) - aMoment)
  ).execute()
  const possible = results.filter(
    (result) =>
      message_id !== null ||
      (row.channel === "template" && result.template === null) ||
      (row.channel === "subscription" && result.template === template)
  )
  const [result] = possible
  if (result === undefined || possible.length > 1) return
  if (message_id === null && (await onlyOne(sql, result))?.id !== id) return
  await tables(sql)
    .deleteFrom("weir_notice_results")
    .where("message_id", "=", result.message_id)
    .where("appid", "=", appid)
    .execute()
  await conclude(sql, books, row, result)
}

/** WeChat's times are whole seconds, by its own clock. */
const aMoment = 5_000
const tenMinutes = 600_000
