import { Schema } from "effect"
import type { Sql } from "#core"
import { accountOf, type OrderRow, refundsOf, tables } from "../store.ts"
import { type Errcode, no } from "./errcodes.ts"
import type { Account } from "./model.ts"
import { type ShipmentRow, saveShipment, shipmentOf } from "./shipment-store.ts"

const text = (longest: number) => Schema.String.check(Schema.isBetweenLength(1, longest))
/** A phone number with its middle left out. */
const Contact = text(64).check(Schema.isPattern(/\*{4}/))

const Parcel = Schema.Struct({
  tracking_no: Schema.optionalKey(text(128)),
  express_company: Schema.optionalKey(text(128)),
  item_desc: text(120),
  contact: Schema.optionalKey(
    Schema.Struct({
      consignor_contact: Schema.optionalKey(Contact),
      receiver_contact: Schema.optionalKey(Contact)
    })
  )
})

const OrderKey = Schema.Union([
  Schema.Struct({ order_number_type: Schema.Literal(2), transaction_id: text(64) }),
  Schema.Struct({ order_number_type: Schema.Literal(1), mchid: text(32), out_trade_no: text(32) })
])

export const Upload = Schema.Struct({
  order_key: OrderKey,
  logistics_type: Schema.Literals([1, 2, 3, 4]),
  delivery_mode: Schema.Literals([1, 2]),
  is_all_delivered: Schema.optionalKey(Schema.Boolean),
  shipping_list: Schema.Array(Parcel).check(Schema.isBetweenLength(1, 15)),
  upload_time: Schema.String.check(
    Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)$/),
    Schema.makeFilter((time) => !Number.isNaN(Date.parse(time)), { expected: "a time" })
  ),
  payer: Schema.Struct({ openid: text(64) })
})
type Upload = typeof Upload.Type

/** By WeChat's number, or the merchant's. */
export const Asked = Schema.Union([
  Schema.Struct({ transaction_id: text(64) }),
  Schema.Struct({ merchant_id: text(32), merchant_trade_no: text(32) })
])

type Known = OrderRow & { readonly transaction_id: string; readonly paid_at: number }

/** An order as this mini program's order management has it, which learns of a payment some seconds after it. */
export const knownOrder = async (
  sql: Sql,
  { appid }: Account,
  key: typeof Asked.Type,
  paidBefore: number
): Promise<Known | undefined> => {
  const orders = tables(sql).selectFrom("sandbox_orders").selectAll()
  const order = await ("transaction_id" in key
    ? orders.where("transaction_id", "=", key.transaction_id)
    : orders.where("mchid", "=", key.merchant_id).where("out_trade_no", "=", key.merchant_trade_no)
  ).executeTakeFirst()
  if (order === undefined || order.paid_at === null || order.transaction_id === null)
    return undefined
  return accountOf(order) === appid && order.paid_at <= paidBefore
    ? { ...order, paid_at: order.paid_at, transaction_id: order.transaction_id }
    : undefined
}

const keyOf = ({ order_key }: Upload): typeof Asked.Type =>
  order_key.order_number_type === 2
    ? { transaction_id: order_key.transaction_id }
    : { merchant_id: order_key.mchid, merchant_trade_no: order_key.out_trade_no }

/** What is wrong with a request by itself. */
const wrongWith = (upload: Upload): Errcode | undefined => {
  const isExpress = upload.logistics_type === express
  if (upload.delivery_mode === unified)
    return upload.shipping_list.length === 1 ? lacksNumber(upload) : no(268485228)
  if (!isExpress) return no(268485228)
  return upload.is_all_delivered === undefined ? no(47001) : lacksNumber(upload)
}

const lacksNumber = ({ logistics_type, shipping_list }: Upload) =>
  logistics_type === express &&
  shipping_list.some((parcel) => !parcel.tracking_no || !parcel.express_company)
    ? no(47001)
    : undefined

const express = 1
const unified = 1
const split = 2

/** Writes down what a mini program says of an order's shipping. */
export const takeUpload = async (
  sql: Sql,
  account: Account,
  upload: Upload,
  paidBefore: number
): Promise<Errcode | undefined> => {
  const wrong = wrongWith(upload)
  if (wrong !== undefined) return wrong
  const order = await knownOrder(sql, account, keyOf(upload), paidBefore)
  if (order === undefined) return no(10060001)
  if (order.openid !== upload.payer.openid) return no(40003)
  if (await isOver(sql, order)) return no(10060004)
  const known = await shipmentOf(sql, order.transaction_id)
  const row = rowOf(account, order, upload)
  if (known === undefined) await saveShipment(sql, row)
  else if (goesOn(known, row)) {
    const list = [...JSON.parse(known.list), ...upload.shipping_list]
    await saveShipment(sql, { ...row, list: JSON.stringify(list), reshipped: known.reshipped })
  } else if (known.reshipped === 1) return no(10060003)
  // What was said to have been sent earlier changes nothing of what was sent later.
  else if (row.upload_time > known.upload_time) await saveShipment(sql, { ...row, reshipped: 1 })
  return undefined
}

/** Another part of what is sent in parts. */
const goesOn = (known: ShipmentRow, row: ShipmentRow) =>
  known.delivery_mode === split && row.delivery_mode === split && known.all_delivered === 0

/** All its money has gone back. */
const isOver = async (sql: Sql, order: OrderRow) => {
  if (order.state === "REVOKED") return true
  const refunds = await refundsOf(sql, order)
  const returned = refunds
    .filter(({ state }) => state === "SUCCESS" || state === "PROCESSING")
    .reduce((sum, { amount }) => sum + amount, 0)
  return returned >= order.total
}

const rowOf = ({ appid }: Account, order: Known, upload: Upload): ShipmentRow => ({
  transaction_id: order.transaction_id,
  appid,
  mchid: order.mchid,
  out_trade_no: order.out_trade_no,
  logistics_type: upload.logistics_type,
  delivery_mode: upload.delivery_mode,
  all_delivered: upload.delivery_mode === unified || upload.is_all_delivered === true ? 1 : 0,
  list: JSON.stringify(upload.shipping_list),
  upload_time: Date.parse(upload.upload_time),
  reshipped: 0
})

/** An order as `get_order` tells it. */
export const told = async (sql: Sql, order: Known) => {
  const shipment = await shipmentOf(sql, order.transaction_id)
  const over = await isOver(sql, order)
  return {
    transaction_id: order.transaction_id,
    merchant_id: order.mchid,
    merchant_trade_no: order.out_trade_no,
    description: order.description,
    paid_amount: order.payer_total,
    openid: order.openid,
    trade_create_time: seconds(order.created_at),
    pay_time: seconds(order.paid_at),
    in_complaint: false,
    // 1 to be sent, 2 sent, 5 given back.
    order_state: over ? 5 : shipment === undefined ? 1 : 2,
    ...(shipment !== undefined && { shipping: shippingOf(shipment) })
  }
}

const shippingOf = (row: ShipmentRow) => {
  const list = JSON.parse(row.list) as Upload["shipping_list"]
  return {
    delivery_mode: row.delivery_mode,
    logistics_type: row.logistics_type,
    finish_shipping: row.all_delivered === 1,
    finish_shipping_count: row.reshipped + row.all_delivered,
    goods_desc: list.map(({ item_desc }) => item_desc).join(),
    shipping_list: list.map(({ item_desc, ...parcel }) => ({
      ...parcel,
      goods_desc: item_desc,
      upload_time: seconds(row.upload_time)
    }))
  }
}

const seconds = (at: number) => Math.floor(at / 1000)
