import type { Sql } from "../../database/database.ts"

/**
 * Something an old system is to be told, once.
 *
 * `waiting → sent → done | refused`; `sent` means that it left and may have been done. A refused one that a person lets try again is
 * `waiting` once more.
 */
export interface TellingRow {
  /** Of connection, errand and our own key. */
  readonly id: string
  readonly state: "waiting" | "sent" | "done" | "refused"
  readonly version: number
  readonly connection: string
  readonly errand: string
  readonly our_key: string
  /** Tells the same request from another under the same key, without saying what is in it. */
  readonly same: string
  /** Sealed: it may name people. */
  readonly request: Uint8Array
  readonly reply: Uint8Array | null
  /** What the old system said when it refused. */
  readonly detail: string | null
  /** How often it was not reached in a row. */
  readonly tries: number
  readonly asked_at: number
  readonly sent_at: number | null
  readonly ended_at: number | null
}

interface PullRow {
  readonly name: string
  readonly place: string | null
  /** What was taken and the old system has not been told so yet. */
  readonly unacknowledged: string | null
  readonly at: number
}

type Tables = { readonly weir_tellings: TellingRow; readonly weir_pulls: PullRow }

const tables = (sql: Sql) => sql.withTables<Tables>()

export const findTelling = (sql: Sql, id: string): Promise<TellingRow | undefined> =>
  tables(sql).selectFrom("weir_tellings").selectAll().where("id", "=", id).executeTakeFirst()

export const addTelling = async (sql: Sql, row: TellingRow): Promise<void> => {
  await tables(sql).insertInto("weir_tellings").values(row).execute()
}

/** Compare-and-set on the version; `false`: somebody else was quicker, and nothing is changed. */
export const moveTelling = async (
  sql: Sql,
  { id, version }: TellingRow,
  changes: Partial<TellingRow>
): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_tellings")
    .set({ ...changes, version: version + 1 })
    .where("id", "=", id)
    .where("version", "=", version)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Wipes what those said that ended before then; of the refused, a person may still let some try again. */
export const wipeTellings = (sql: Sql, before: number) =>
  tables(sql)
    .updateTable("weir_tellings")
    .set({ request: Buffer.of(), reply: null })
    .where("state", "=", "done")
    .where("ended_at", "<", before)
    .where("reply", "is not", null)
    .execute()

export const findPull = (sql: Sql, name: string): Promise<PullRow | undefined> =>
  tables(sql).selectFrom("weir_pulls").selectAll().where("name", "=", name).executeTakeFirst()

export const setPull = async (sql: Sql, { name, ...row }: PullRow): Promise<void> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_pulls")
    .set(row)
    .where("name", "=", name)
    .executeTakeFirst()
  if (numUpdatedRows === 0n)
    await tables(sql)
      .insertInto("weir_pulls")
      .values({ name, ...row })
      .execute()
}
