import type { Action } from "../customers/contacts.ts"
import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import { type Channel, graph, type NoticeState } from "./model.ts"

export type NoticeRow = {
  /** The pseudonym of plugin, notice and the plugin's own key; also WeChat's de-dup key. */
  readonly id: string
  readonly plugin: string
  readonly notice: string
  readonly customer: CustomerId
  readonly state: NoticeState
  readonly version: number
  /** Sealed. */
  readonly content: Uint8Array
  readonly created_at: number
  readonly held_until: number | null
  /** The day in whose count it stands. */
  readonly counted_day: number | null
  /** How often it failed to leave in a row. */
  readonly tries: number
  /** Of the last attempt, written before WeChat is asked. */
  readonly channel: Channel | null
  readonly appid: string | null
  readonly contact: string | null
  readonly template: string | null
  readonly action: Action | null
  /** When it may have reached WeChat first; with it, a waiting notice is on its way. */
  readonly attempted_at: number | null
  /** WeChat's. */
  readonly message_id: string | null
  readonly why: string | null
  readonly ended_at: number | null
}

type ChangeRow = {
  readonly notice: string
  readonly version: number
  readonly from: NoticeState | null
  readonly to: NoticeState
  readonly why: string | null
  readonly at: number
}

/** What WeChat told of a message before we knew its number. */
export type ResultRow = {
  readonly appid: string
  readonly message_id: string
  readonly contact: string
  readonly template: string | null
  readonly state: NoticeState
  readonly why: string | null
  readonly at: number
}

/** How many notices somebody was sent on a day in Beijing. */
type DayRow = { readonly customer: CustomerId; readonly day: number; readonly sent: number }

/** What came of a plugin's notices of a day: about nobody in particular. */
export type TallyRow = {
  readonly plugin: string
  readonly day: number
  readonly sent: number
  readonly refused: number
  /** Who asked to be forgotten within a day of a notice. */
  readonly gone: number
}

/** Which template of an account says a notice, and in which of its fields. */
export type TemplateRow = {
  readonly appid: string
  readonly plugin: string
  readonly notice: string
  readonly kind: "template" | "subscription"
  readonly template: string
  readonly fields: string
  readonly at: number
}

type NoticeTables = {
  readonly weir_notices: NoticeRow
  readonly weir_notice_changes: ChangeRow
  readonly weir_notice_results: ResultRow
  readonly weir_notice_days: DayRow
  readonly weir_notice_tally: TallyRow
  readonly weir_notice_templates: TemplateRow
}

export const tables = (sql: Sql) => sql.withTables<NoticeTables>()

export const findNotice = (sql: Sql, id: string): Promise<NoticeRow | undefined> =>
  tables(sql).selectFrom("weir_notices").selectAll().where("id", "=", id).executeTakeFirst()

export const insertNotice = async (sql: Sql, row: NoticeRow): Promise<void> => {
  await tables(sql).insertInto("weir_notices").values(row).execute()
  await insertChange(sql, {
    notice: row.id,
    version: 1,
    from: null,
    to: row.state,
    why: null,
    at: row.created_at
  })
}

const insertChange = (sql: Sql, row: ChangeRow) =>
  tables(sql).insertInto("weir_notice_changes").values(row).execute()

type Changes = Partial<Omit<NoticeRow, "id" | "version" | "plugin" | "notice">>

/** Changes a notice that is still as it was read; `false`: somebody was quicker. */
export const change = async (sql: Sql, row: NoticeRow, changes: Changes): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_notices")
    .set({ ...changes, version: row.version + 1 })
    .where("id", "=", row.id)
    .where("version", "=", row.version)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Moves a notice along the graph and writes its history; `false`: somebody was quicker. */
export const move = async (
  sql: Sql,
  row: NoticeRow,
  to: NoticeState,
  at: number,
  changes: Omit<Changes, "state"> = {}
): Promise<boolean> => {
  if (!graph[row.state].includes(to))
    throw new Error(`A notice does not go from ${row.state} to ${to}`)
  const why = (changes.why ?? null)?.slice(0, 128) ?? null
  if (!(await change(sql, row, { ...changes, why, state: to }))) return false
  const version = row.version + 1
  await insertChange(sql, { notice: row.id, version, from: row.state, to, why, at })
  return true
}

export const historyOf = (sql: Sql, id: string): Promise<ReadonlyArray<ChangeRow>> =>
  tables(sql)
    .selectFrom("weir_notice_changes")
    .selectAll()
    .where("notice", "=", id)
    .orderBy("version")
    .execute()

/** Those that a result about somebody may be about: without a number, by this channel; also what is on its way. */
export const findNumberless = (
  sql: Sql,
  { contact, appid, template }: Pick<ResultRow, "contact" | "appid" | "template">,
  since: number,
  until: number
): Promise<ReadonlyArray<NoticeRow>> =>
  tables(sql)
    .selectFrom("weir_notices")
    .selectAll()
    .where("contact", "=", contact)
    .where("appid", "=", appid)
    .where("channel", "=", template === null ? "template" : "subscription")
    .where("state", "in", ["waiting", "sent", "unknown"])
    .where("message_id", "is", null)
    .where("attempted_at", ">=", since)
    .where("attempted_at", "<=", until)
    .$if(template !== null, (query) => query.where("template", "=", template))
    .execute()

/** Removes notices, with all that is kept of them. */
export const removeNotices = async (sql: Sql, ids: ReadonlyArray<string>): Promise<void> => {
  if (ids.length === 0) return
  await tables(sql).deleteFrom("weir_notice_changes").where("notice", "in", ids).execute()
  await tables(sql).deleteFrom("weir_notices").where("id", "in", ids).execute()
}
