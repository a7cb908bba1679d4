import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"
import type { RefusalReason, Way } from "./model.ts"

/** Ids are pseudonyms of secrets that only a browser or a phone knows: a copy of the database lets nobody in. */
export type SessionRow = {
  readonly id: string
  readonly customer: CustomerId
  readonly account: string
  /** The openid. */
  readonly sealed: Uint8Array
  readonly created_at: number
  readonly seen_at: number
  readonly expires_at: number
}

export type LoginRow = {
  /** Of the state, of a waiting page's number, or of an app's code. */
  readonly id: string
  readonly way: Way
  /**
   * `open` until somebody comes back with a code, `asking` while WeChat is asked what it is worth, then `done` or `refused`. A waiting
   * page's is `scanned` in between, and may be `cancelled`.
   */
  readonly state: "open" | "asking" | "scanned" | "done" | "refused" | "cancelled"
  readonly version: number
  /** Of the browser it was begun in; empty for apps, which have nothing but their code. */
  readonly browser: string
  readonly account: string
  /** Where to go then. */
  readonly target: Uint8Array
  /** Of the code it came back with. */
  readonly code: string | null
  /** Until when whoever asks WeChat may be silent. */
  readonly lease_until: number
  readonly refusal: RefusalReason | null
  readonly customer: CustomerId | null
  /** The openid, once it is done. */
  readonly sealed: Uint8Array | null
  readonly expires_at: number
}

export type TicketRow = {
  readonly id: string
  /** The old system that it is for. */
  readonly system: string
  readonly customer: CustomerId
  readonly account: string
  /** The openid. */
  readonly sealed: Uint8Array
  readonly used_at: number | null
  readonly expires_at: number
}

type LoginTables = {
  readonly weir_sessions: SessionRow
  readonly weir_logins: LoginRow
  readonly weir_tickets: TicketRow
}

export const tables = (sql: Sql) => sql.withTables<LoginTables>()

export const findSession = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_sessions").selectAll().where("id", "=", id).executeTakeFirst()

export const findLogin = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_logins").selectAll().where("id", "=", id).executeTakeFirst()

export const findTicket = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_tickets").selectAll().where("id", "=", id).executeTakeFirst()

/** Moves a login on; `false`: another process has. */
export const changeLogin = async (
  sql: Sql,
  { id, version }: Pick<LoginRow, "id" | "version">,
  changes: Partial<LoginRow>
): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_logins")
    .set({ ...changes, version: version + 1 })
    .where("id", "=", id)
    .where("version", "=", version)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const forgetLogin = (sql: Sql, id: string) =>
  tables(sql).deleteFrom("weir_logins").where("id", "=", id).execute()

/** Uses a ticket up; `false`: it was used before. */
export const useTicket = async (sql: Sql, id: string, now: number): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_tickets")
    .set({ used_at: now })
    .where("id", "=", id)
    .where("used_at", "is", null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const all = ["weir_sessions", "weir_logins", "weir_tickets"] as const

/** Lets go of what was over before then. */
export const forgetOver = async (sql: Sql, before: number): Promise<void> => {
  for (const table of all)
    await tables(sql).deleteFrom(table).where("expires_at", "<", before).execute()
}

/** Lets go of all that lets somebody in. */
export const forgetCustomers = async (
  sql: Sql,
  customers: ReadonlyArray<CustomerId>
): Promise<void> => {
  for (const table of all)
    await tables(sql).deleteFrom(table).where("customer", "in", customers).execute()
}
