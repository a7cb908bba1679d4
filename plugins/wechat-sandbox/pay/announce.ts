import type { Sql } from "#core"
import type { Agenda } from "../agenda.ts"
import { notifyId, refundStates } from "../model.ts"
import { type NotifyRow, type OrderRow, type RefundRow, tables } from "../store.ts"
import { isFrozenV2, orderFields, refundNoticeFields } from "./v2/words.ts"
import { refundNotice, transaction } from "./wire.ts"

type Announcement = Pick<
  NotifyRow,
  "mchid" | "event_type" | "original_type" | "summary" | "url" | "resource"
> & { readonly subject: string; readonly at: number }

/** Puts a notify on the agenda, in the write of what it tells about: neither is without the other. */
export const announce = async (sql: Sql, agenda: Agenda["Service"], it: Announcement) => {
  const { at, subject, ...row } = it
  const id = notifyId(it.event_type, `${it.mchid}|${subject}`)
  await tables(sql)
    .insertInto("sandbox_notifies")
    .values({ ...row, id, created_at: at, state: "waiting", tries: 0, deliveries: "[]" })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await agenda.add(sql, { kind: "notify", subject: id, due: at })
}

/** Payments are announced only when they succeed, and code payments never: they have no notify URL. */
export const announcePayment = async (
  sql: Sql,
  agenda: Agenda["Service"],
  order: OrderRow,
  at: number
) => {
  if (order.notify_url === null) return
  const isV2 = isFrozenV2(order)
  await announce(sql, agenda, {
    mchid: order.mchid,
    event_type: "TRANSACTION.SUCCESS",
    original_type: isV2 ? "v2-transaction" : "transaction",
    summary: "支付成功",
    url: order.notify_url,
    resource: JSON.stringify(
      isV2 ? { appid: order.appid, ...orderFields(order) } : transaction(order)
    ),
    subject: order.out_trade_no,
    at
  })
}

export const announceRefund = async (
  sql: Sql,
  agenda: Agenda["Service"],
  row: RefundRow,
  order: OrderRow,
  at: number
) => {
  if (row.notify_url === null) return
  const isV2 = isFrozenV2(order)
  await announce(sql, agenda, {
    mchid: row.mchid,
    event_type: `REFUND.${row.state}`,
    original_type: isV2 ? "v2-refund" : "refund",
    summary: refundStates[row.state],
    url: row.notify_url,
    resource: JSON.stringify(
      isV2 ? { appid: order.appid, ...refundNoticeFields(row) } : refundNotice(row, order)
    ),
    subject: row.out_refund_no,
    at
  })
}
