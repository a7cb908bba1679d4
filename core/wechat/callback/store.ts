import type { Sql } from "../../database/database.ts"

type CallbackTables = {
  /** Signatures of the requests that were taken, until they are stale by themselves. */
  readonly weir_callback_signatures: { readonly signature: string; readonly stale_at: number }
}

const tables = (sql: Sql) => sql.withTables<CallbackTables>()

/** Uses a signature up; `false`: it was used before. */
export const useSignature = async (
  sql: Sql,
  signature: string,
  staleAt: number
): Promise<boolean> => {
  const used = await tables(sql)
    .selectFrom("weir_callback_signatures")
    .select("stale_at")
    .where("signature", "=", signature)
    .executeTakeFirst()
  if (used !== undefined) return false
  await tables(sql)
    .insertInto("weir_callback_signatures")
    .values({ signature, stale_at: staleAt })
    .execute()
  return true
}

export const forgetSignatures = (sql: Sql, now: number) =>
  tables(sql).deleteFrom("weir_callback_signatures").where("stale_at", "<", now).execute()
