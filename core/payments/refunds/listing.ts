import type { Sql } from "../../database/database.ts"
import type { Fen } from "../../values/money.ts"
import { type RefundRow, tables } from "../store.ts"
import type { ListedRefund } from "./model.ts"

/** The latest refunds, of one state or of all. */
export const listRefunds = async (
  sql: Sql,
  state?: RefundRow["state"]
): Promise<ReadonlyArray<ListedRefund>> => {
  let rows = tables(sql)
    .selectFrom("weir_refunds as refund")
    .innerJoin("weir_payments as payment", "payment.id", "refund.payment")
    .select([
      "refund.id as number",
      "refund.state",
      "payment.plugin",
      "payment.reference",
      "payment.part",
      "refund.attempt as outTradeNo",
      "refund.amount",
      "refund.store",
      "refund.device",
      "refund.asked_by as askedBy",
      "refund.asked_at as askedAt",
      "refund.confirmed_by as confirmedBy",
      "refund.detail"
    ])
    .orderBy("refund.asked_at", "desc")
    .limit(100)
  if (state !== undefined) rows = rows.where("refund.state", "=", state)
  return (await rows.execute()).map((row) => ({ ...row, amount: row.amount as Fen }))
}
