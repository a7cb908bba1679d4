import type { Sql } from "#core"
import type { Outcome, RefundState, TradeState, Way } from "./model.ts"

export interface OrderRow {
  readonly mchid: string
  readonly out_trade_no: string
  readonly appid: string
  /** For whom a partner sells, and at which account of theirs. */
  readonly sub_mchid: string | null
  readonly sub_appid: string | null
  readonly way: Way
  readonly state: TradeState
  /** Why it stands so, where WeChat says more than the state does. */
  readonly remark: string | null
  readonly total: number
  /** What the payer parts with; a coupon makes it less than the total. */
  readonly payer_total: number
  readonly description: string
  readonly attach: string | null
  readonly notify_url: string | null
  readonly device_id: string | null
  /** The request as it came. The same number may only ever come with the same bytes. */
  readonly frozen: string
  /** Who was asked or has paid, at the account of the order; empty while nobody has come to it. */
  readonly openid: string
  readonly auth_code: string | null
  /** What the payer needs to see the order, by its way: what is in the QR. Only the last one given out counts. */
  readonly credential: string | null
  readonly transaction_id: string | null
  readonly bank_type: string | null
  readonly created_at: number
  readonly credential_until: number
  /** The last moment to pay, by `time_expire`. */
  readonly pay_until: number
  /** Until then the payer is at the password page, and cannot be stopped. */
  readonly typing_until: number
  readonly paid_at: number | null
  /** When a payment was undone. */
  readonly reversed_at: number | null
}

export interface RefundRow {
  readonly mchid: string
  readonly out_refund_no: string
  readonly refund_id: string
  readonly out_trade_no: string
  readonly transaction_id: string
  readonly state: RefundState
  /** Where it will end once it has been processed. */
  readonly end: RefundState
  readonly amount: number
  readonly total: number
  readonly payer_amount: number
  readonly reason: string | null
  readonly notify_url: string | null
  readonly created_at: number
  readonly ended_at: number | null
}

export interface CodeRow {
  readonly code: string
  readonly openid: string
  readonly outcome: Outcome
  readonly shown_at: number
  /** Never, for the development code. */
  readonly expires_at: number | null
  readonly used_by: string | null
}

export interface ShopperRow {
  readonly openid: string
  readonly balance: number
  /** What the codes shown on this phone do. */
  readonly outcome: Outcome
}

/** One try to deliver a notify, and what came back; no status: no answer. */
export interface Delivery {
  readonly at: number
  readonly as: "notify" | "duplicate" | "forged" | "probe" | "lost"
  readonly status?: number
}

export interface NotifyRow {
  readonly id: string
  readonly mchid: string
  readonly event_type: string
  readonly original_type: string
  readonly summary: string
  readonly url: string
  /** The plaintext, as it stood when the event happened. */
  readonly resource: string
  readonly created_at: number
  readonly state: "waiting" | "delivered" | "given up"
  /** Tries that count for the ladder. */
  readonly tries: number
  /** `Delivery[]`, as JSON. */
  readonly deliveries: string
}

export interface AgendaRow {
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly due_at: number
  readonly tries: number
}

export type SandboxTables = {
  readonly sandbox_settings: { readonly name: string; readonly value: string }
  readonly sandbox_shoppers: ShopperRow
  readonly sandbox_codes: CodeRow
  readonly sandbox_orders: OrderRow
  readonly sandbox_refunds: RefundRow
  readonly sandbox_notifies: NotifyRow
  readonly sandbox_agenda: AgendaRow
}

export const tables = (sql: Sql) => sql.withTables<SandboxTables>()

export const setting = async (sql: Sql, name: string): Promise<string | undefined> => {
  const row = await tables(sql)
    .selectFrom("sandbox_settings")
    .select("value")
    .where("name", "=", name)
    .executeTakeFirst()
  return row?.value
}

export const setSetting = async (sql: Sql, name: string, value: string) => {
  await tables(sql).deleteFrom("sandbox_settings").where("name", "=", name).execute()
  await tables(sql).insertInto("sandbox_settings").values({ name, value }).execute()
}

export const orderOf = (sql: Sql, mchid: string, outTradeNo: string) =>
  tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("out_trade_no", "=", outTradeNo)
    .executeTakeFirst()

/** At which account an order is paid. */
export const accountOf = ({ appid, sub_appid }: OrderRow): string => sub_appid ?? appid

/** The order with changes written down. */
export const changeOrder = async (
  sql: Sql,
  order: OrderRow,
  changes: Partial<OrderRow>
): Promise<OrderRow> => {
  await tables(sql)
    .updateTable("sandbox_orders")
    .set(changes)
    .where("mchid", "=", order.mchid)
    .where("out_trade_no", "=", order.out_trade_no)
    .execute()
  return { ...order, ...changes }
}

export const refundOf = (sql: Sql, mchid: string, outRefundNo: string) =>
  tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("out_refund_no", "=", outRefundNo)
    .executeTakeFirst()

export const refundsOf = (sql: Sql, order: OrderRow) =>
  tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("mchid", "=", order.mchid)
    .where("out_trade_no", "=", order.out_trade_no)
    .orderBy("created_at")
    .orderBy("out_refund_no")
    .execute()

export const codeOf = (sql: Sql, code: string) =>
  tables(sql).selectFrom("sandbox_codes").selectAll().where("code", "=", code).executeTakeFirst()

export const notifyOf = (sql: Sql, id: string) =>
  tables(sql).selectFrom("sandbox_notifies").selectAll().where("id", "=", id).executeTakeFirst()

export const shopperOf = (sql: Sql, openid: string) =>
  tables(sql)
    .selectFrom("sandbox_shoppers")
    .selectAll()
    .where("openid", "=", openid)
    .executeTakeFirst()

/** Moves money on or off a shopper's balance; nobody but the three shoppers has one. */
export const moveBalance = (sql: Sql, openid: string, by: number) =>
  tables(sql)
    .updateTable("sandbox_shoppers")
    .set((row) => ({ balance: row("balance", "+", by) }))
    .where("openid", "=", openid)
    .execute()
