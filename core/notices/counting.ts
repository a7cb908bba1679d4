import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import { capOf, dayOf, receptionDays } from "./restraint.ts"
import { type NoticeRow, type TallyRow, tables } from "./store.ts"

/** Takes one of a person's notices of a day; `false`: there is none left. Counted in the row itself, whichever process asks. */
export const takeOf = async (
  sql: Sql,
  customer: CustomerId,
  day: number,
  cap: number
): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_notice_days")
    .set((column) => ({ sent: column("sent", "+", 1) }))
    .where("customer", "=", customer)
    .where("day", "=", day)
    .where("sent", "<", cap)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return true
  const known = await tables(sql)
    .selectFrom("weir_notice_days")
    .select("sent")
    .where("customer", "=", customer)
    .where("day", "=", day)
    .executeTakeFirst()
  if (known !== undefined || cap < 1) return false
  await tables(sql).insertInto("weir_notice_days").values({ customer, day, sent: 1 }).execute()
  return true
}

/** A notice that was counted did not reach them. */
export const giveBack = async (sql: Sql, { counted_day, customer }: NoticeRow): Promise<void> => {
  if (counted_day === null) return
  await tables(sql)
    .updateTable("weir_notice_days")
    .set((column) => ({ sent: column("sent", "-", 1) }))
    .where("customer", "=", customer)
    .where("day", "=", counted_day)
    .where("sent", ">", 0)
    .execute()
}

/** Writes down how a plugin's notices were received. */
export const tally = async (
  sql: Sql,
  plugin: string,
  at: number,
  what: keyof Omit<TallyRow, "plugin" | "day">
): Promise<void> => {
  const day = dayOf(at)
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_notice_tally")
    .set((column) => ({ [what]: column(what, "+", 1) }))
    .where("plugin", "=", plugin)
    .where("day", "=", day)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return
  const none = { sent: 0, refused: 0, gone: 0 }
  await tables(sql)
    .insertInto("weir_notice_tally")
    .values({ plugin, day, ...none, [what]: 1 })
    .execute()
}

/** How many notices this plugin may bring somebody to today. */
export const capFor = async (
  sql: Sql,
  { customer, plugin }: Pick<NoticeRow, "customer" | "plugin">,
  perDay: number,
  now: number
): Promise<number> => {
  const since = dayOf(now) - receptionDays
  const days = await tables(sql)
    .selectFrom("weir_notice_tally")
    .select(["sent", "refused", "gone"])
    .where("plugin", "=", plugin)
    .where("day", ">", since)
    .execute()
  const sum = (of: (row: (typeof days)[number]) => number) =>
    days.reduce((all, row) => all + of(row), 0)
  const refusedByThem = await tables(sql)
    .selectFrom("weir_notices")
    .select("id")
    .where("customer", "=", customer)
    .where("plugin", "=", plugin)
    .where("state", "=", "refused by user")
    .where("channel", "is not", null)
    .where("created_at", ">", now - receptionDays * 86_400_000)
    .execute()
  const all = {
    sent: sum(({ sent }) => sent),
    refused: sum(({ refused }) => refused),
    gone: sum(({ gone }) => gone)
  }
  return capOf(perDay, all, refusedByThem.length)
}
