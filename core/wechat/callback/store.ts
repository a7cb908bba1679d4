import type { Sql } from "../../database/database.ts"
import { statement } from "../../database/statement.ts"

/** The signature of a request that was taken, until it is stale by itself. */
interface SignatureRow {
  readonly signature: string
  readonly stale_at: number
}

type CallbackTables = { readonly weir_callback_signatures: SignatureRow }

const tables = (sql: Sql) => sql.withTables<CallbackTables>()

/** Uses a signature up; `false`: it was used before. */
export const useSignature = async (sql: Sql, row: SignatureRow): Promise<boolean> => {
  const { rows } = await findSignature(sql, { signature: row.signature })
  if (rows.length > 0) return false
  await insertSignature(sql, row)
  return true
}

const findSignature = statement((sql, { signature }: Pick<SignatureRow, "signature">) =>
  tables(sql)
    .selectFrom("weir_callback_signatures")
    .select("stale_at")
    .where("signature", "=", signature)
)

const insertSignature = statement((sql, row: SignatureRow) =>
  tables(sql).insertInto("weir_callback_signatures").values(row)
)

export const forgetSignatures = (sql: Sql, now: number) =>
  tables(sql).deleteFrom("weir_callback_signatures").where("stale_at", "<", now).execute()
