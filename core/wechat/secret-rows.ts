import type { Sql } from "../database/database.ts"

export interface SecretRow {
  readonly name: string
  /** Sealed. */
  readonly value: Uint8Array | null
  /** Counts the values: whoever rejects an older one changes nothing. */
  readonly version: number
  /** 0: it was rejected, or there is none yet. */
  readonly expires_at: number
  /** From then on a new one is fetched, while this one still serves. */
  readonly refresh_at: number
  /** Counts who fetched: whoever was replaced while fetching stores nothing. */
  readonly epoch: number
  readonly leased_until: number
  /** When WeChat was last made to give another value than it would have. */
  readonly forced_at: number
}

/** The right to fetch a new value. */
export type FetchLease = Pick<SecretRow, "name" | "epoch">

type Tables = { readonly weir_wechat_secrets: SecretRow }
const tables = (sql: Sql) => sql.withTables<Tables>()

export const findSecret = (sql: Sql, name: string) =>
  tables(sql)
    .selectFrom("weir_wechat_secrets")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst()

/** Of all that would replace the row they have `seen`, one gets the lease. */
export const leaseFetch = async (
  sql: Sql,
  name: string,
  seen: SecretRow | undefined,
  now: number,
  until: number
): Promise<FetchLease | undefined> => {
  const row = await findSecret(sql, name)
  if (row === undefined) {
    const first = { name, value: null, version: 0, expires_at: 0, refresh_at: 0, forced_at: 0 }
    await tables(sql)
      .insertInto("weir_wechat_secrets")
      .values({ ...first, epoch: 1, leased_until: until })
      .execute()
    return { name, epoch: 1 }
  }
  const isAsSeen = row.version === seen?.version && row.refresh_at === seen.refresh_at
  if (row.leased_until > now || !isAsSeen) return undefined
  const epoch = row.epoch + 1
  const won = await change(sql, { name, epoch: row.epoch }, { epoch, leased_until: until })
  return won ? { name, epoch } : undefined
}

/** Changes a row for as long as nobody else has begun to fetch, and says whether that was so. */
export const change = async (
  sql: Sql,
  { epoch, name }: FetchLease,
  to: Partial<SecretRow>
): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_wechat_secrets")
    .set(to)
    .where("name", "=", name)
    .where("epoch", "=", epoch)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Ends a value's life, if it is still the present one. */
export const rejectVersion = (sql: Sql, { name, version }: Pick<SecretRow, "name" | "version">) =>
  tables(sql)
    .updateTable("weir_wechat_secrets")
    .set({ expires_at: 0, refresh_at: 0 })
    .where("name", "=", name)
    .where("version", "=", version)
    .execute()

/** Frees what a process held that is dead for certain. */
export const freeFetches = (sql: Sql) =>
  tables(sql).updateTable("weir_wechat_secrets").set({ leased_until: 0 }).execute()
