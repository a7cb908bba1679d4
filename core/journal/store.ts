import type { Sql } from "../database/database.ts"
import { statement } from "../database/statement.ts"

export interface EntryRow {
  readonly id: string
  readonly source: string
  readonly operation: string
  /** The caller's key, or its hash where it is long or holds a secret. */
  readonly entry_key: string
  /** The key itself, where only its hash is above and somebody may have to be told it. */
  readonly sealed_key: Uint8Array | null
  readonly same: string
  readonly lane: string | null
  readonly body: Uint8Array
  /** Where secrets stand in the body, until they are wiped. */
  readonly secrets: string | null
  readonly wipe_at: number | null
  readonly answer: Uint8Array | null
  /** Counts who took the entry up: whoever acts under an older one was replaced and changes nothing. */
  readonly epoch: number
  readonly leased_until: number
  readonly created_at: number
  readonly answered_at: number | null
  readonly delivered_at: number | null
  /** When the entry is of no more use and goes, with all that it says of people. */
  readonly forget_at: number | null
}

type JournalTables = { readonly weir_journal: EntryRow }

/** The right to answer an entry. */
export type Lease = Pick<EntryRow, "id" | "epoch" | "secrets">

/** A body without its secrets. */
export type Wiped = Pick<EntryRow, "body" | "secrets" | "wipe_at">

export interface EntryKey {
  readonly source: string
  readonly operation: string
  readonly key: string
}

const tables = (sql: Sql) => sql.withTables<JournalTables>()

export type Found = Pick<EntryRow, "id" | "same" | "secrets" | "answer" | "epoch" | "leased_until">

export const find = async (sql: Sql, of: EntryKey): Promise<Found | undefined> =>
  (await findEntry(sql, of)).rows[0]

const findEntry = statement((sql, { key, operation, source }: EntryKey) =>
  tables(sql)
    .selectFrom("weir_journal")
    .select(["id", "same", "secrets", "answer", "epoch", "leased_until"])
    .where("source", "=", source)
    .where("operation", "=", operation)
    .where("entry_key", "=", key)
)

export const insert = async (sql: Sql, row: EntryRow): Promise<Lease> => {
  await insertEntry(sql, row)
  return row
}

const insertEntry = statement((sql, row: EntryRow) =>
  tables(sql).insertInto("weir_journal").values(row)
)

/** Changes an entry for as long as nobody else has taken it up, and says whether that was so. */
const change = async (sql: Sql, { epoch, id }: Lease, to: Partial<EntryRow>): Promise<boolean> => {
  const { changed } = await changeEntry(sql, { ...to, id, held: epoch })
  return changed > 0
}

type Changed = Partial<EntryRow> & Pick<EntryRow, "id"> & { readonly held: number }

const changeEntry = statement((sql, { held, id, ...to }: Changed) =>
  tables(sql).updateTable("weir_journal").set(to).where("id", "=", id).where("epoch", "=", held)
)

/** Of two that try to take an entry up, one gets the lease. */
export const acquire = async (
  sql: Sql,
  lease: Lease,
  until: number
): Promise<Lease | undefined> => {
  const epoch = lease.epoch + 1
  const won = await change(sql, lease, { epoch, leased_until: until })
  return won ? { ...lease, epoch } : undefined
}

export const renew = (sql: Sql, lease: Lease, until: number) =>
  change(sql, lease, { leased_until: until })

export const release = (sql: Sql, lease: Lease) => change(sql, lease, { leased_until: 0 })

/** Frees every entry that is held, for the only process there is. */
export const freeEntries = (sql: Sql, now: number) =>
  tables(sql)
    .updateTable("weir_journal")
    .set({ leased_until: 0 })
    .where("leased_until", ">", now)
    .execute()

export const finish = (
  sql: Sql,
  lease: Lease,
  answered: Pick<EntryRow, "answer" | "answered_at"> & Partial<Wiped>
) => change(sql, lease, { ...answered, leased_until: 0 })

/** Takes a final answer back, also from whoever is about to give one. */
export const reopen = (sql: Sql, of: Omit<EntryKey, "key">, keys: ReadonlyArray<string>) =>
  tables(sql)
    .updateTable("weir_journal")
    .set((column) => ({
      answer: null,
      answered_at: null,
      leased_until: 0,
      epoch: column("epoch", "+", 1)
    }))
    .where("source", "=", of.source)
    .where("operation", "=", of.operation)
    .where("entry_key", "in", keys)
    .execute()

/** The last entry of a lane whose caller has not got its final answer. */
export const findUndelivered = (
  sql: Sql,
  of: Omit<EntryKey, "key"> & { readonly lane: string },
  exceptKeys: ReadonlyArray<string>
) =>
  tables(sql)
    .selectFrom("weir_journal")
    .select(["id", "entry_key", "sealed_key"])
    .where("lane", "=", of.lane)
    .where("delivered_at", "is", null)
    .where("source", "=", of.source)
    .where("operation", "=", of.operation)
    .where("entry_key", "not in", exceptKeys)
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst()

export const deliver = (sql: Sql, id: string, now: number) =>
  tables(sql)
    .updateTable("weir_journal")
    .set({ delivered_at: now, sealed_key: null })
    .where("id", "=", id)
    .where("delivered_at", "is", null)
    .execute()

export const findToWipe = (sql: Sql, now: number) =>
  tables(sql)
    .selectFrom("weir_journal")
    .select("id")
    .where("wipe_at", "<=", now)
    .orderBy("wipe_at")
    .limit(100)
    .execute()

export const findBody = (sql: Sql, id: string) =>
  tables(sql)
    .selectFrom("weir_journal")
    .select(["body", "secrets"])
    .where("id", "=", id)
    .executeTakeFirst()

export const setWiped = (
  sql: Sql,
  id: string,
  to: Pick<EntryRow, "wipe_at"> & Partial<Pick<EntryRow, "body" | "secrets">>
) => tables(sql).updateTable("weir_journal").set(to).where("id", "=", id).execute()

/** Removes what is of no more use, some at a time, and says whether there may be more. */
export const forget = async (sql: Sql, now: number): Promise<boolean> => {
  const due = await tables(sql)
    .selectFrom("weir_journal")
    .select("id")
    .where("forget_at", "<=", now)
    .limit(500)
    .execute()
  const ids = due.map(({ id }) => id)
  if (ids.length > 0) await tables(sql).deleteFrom("weir_journal").where("id", "in", ids).execute()
  return ids.length === 500
}
