import type { Sql } from "../../database/database.ts"
import type { Fen } from "../../values/money.ts"
import type { Complaint } from "../../wechat/pay/complaints/wire.ts"
import type { PaymentTables } from "../store.ts"

export type ComplaintRow = {
  /** WeChat's. */
  readonly id: string
  readonly merchant: string
  readonly state: "pending" | "processing" | "processed"
  readonly out_trade_no: string | null
  readonly transaction_id: string | null
  readonly amount: Fen | null
  readonly problem: string
  readonly refund_wanted: Fen | null
  readonly fully_refunded: 0 | 1
  readonly complained_at: number
  /** Since when the customer waits for an answer; nothing: they do not. */
  readonly waits_since: number | null
  /** What is personal: words, phone, openid. */
  readonly sealed: Uint8Array
}

export interface ActRow {
  readonly complaint: string
  readonly at: number
  readonly by: string
  readonly act: string
}

type Tables = PaymentTables & {
  readonly weir_complaints: ComplaintRow
  readonly weir_complaint_acts: ActRow
}

export const complaintTables = (sql: Sql) => sql.withTables<Tables>()

/** Where the sealed part of a complaint belongs. */
export const sealedAt = (id: string) => `weir_complaints.sealed:${id}`

/** What is kept of a complaint behind the seal. The phone stays as WeChat sealed it. */
export type Personal = Pick<Complaint, "detail" | "description" | "phone" | "openid">

export const complaintOf = (sql: Sql, id: string) =>
  complaintTables(sql)
    .selectFrom("weir_complaints")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst()

export const saveComplaint = async (sql: Sql, row: ComplaintRow, isNew: boolean) => {
  if (isNew) await complaintTables(sql).insertInto("weir_complaints").values(row).execute()
  else
    await complaintTables(sql)
      .updateTable("weir_complaints")
      .set(row)
      .where("id", "=", row.id)
      .execute()
}

/** With what it is about, where that is ours. */
export const listComplaints = (
  sql: Sql,
  by: {
    readonly id?: string | undefined
    readonly state?: ComplaintRow["state"] | undefined
    /** Our number, WeChat's, or the plugin's reference. */
    readonly about?: string | undefined
  }
) => {
  let rows = complaintTables(sql)
    .selectFrom("weir_complaints as complaint")
    .leftJoin("weir_attempts as attempt", "attempt.id", "complaint.out_trade_no")
    .leftJoin("weir_payments as payment", "payment.id", "attempt.payment")
    .selectAll("complaint")
    .select(["payment.plugin", "payment.reference", "payment.store"])
    .orderBy("complaint.complained_at", "desc")
    .limit(100)
  if (by.id !== undefined) rows = rows.where("complaint.id", "=", by.id)
  if (by.state !== undefined) rows = rows.where("complaint.state", "=", by.state)
  const { about } = by
  if (about !== undefined)
    rows = rows.where(({ eb, or }) =>
      or([
        eb("complaint.out_trade_no", "=", about),
        eb("complaint.transaction_id", "=", about),
        eb("payment.reference", "=", about)
      ])
    )
  return rows.execute()
}

export const actsOf = (sql: Sql, id: string) =>
  complaintTables(sql)
    .selectFrom("weir_complaint_acts")
    .select(["at", "by", "act"])
    .where("complaint", "=", id)
    .orderBy("at")
    .execute()
