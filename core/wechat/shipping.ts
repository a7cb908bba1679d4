import { Schema } from "effect"
import { rfc3339 } from "../values/beijing.ts"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { done, readsAs, text } from "./wire.ts"

/** How something reaches its buyer: by express, a city's couriers, with nothing to send (virtual), or fetched by them. */
export const logisticsTypes = { express: 1, city: 2, virtual: 3, "pick-up": 4 } as const
export type Logistics = keyof typeof logisticsTypes

/** One thing that was sent. */
export interface Parcel {
  /** WeChat's code of the carrier (`get_delivery_list`), as `SF`. */
  readonly carrier?: string | undefined
  readonly number?: string | undefined
  /** What it is, at most 120 characters. */
  readonly item: string
  /** The receiver's phone, masked: `189****1234`. */
  readonly contact?: string | undefined
}

/** What a mini program says of the shipping of an order of its own. */
export interface ShippingInfo {
  readonly transactionId: string
  readonly openid: string
  readonly kind: Logistics
  /** Whether it is sent in parts, and whether this is the last; nothing: all at once. */
  readonly whole?: boolean | undefined
  readonly parcels: ReadonlyArray<Parcel>
  /** UTC milliseconds. */
  readonly at: number
}

/** 发货信息管理: whether WeChat keeps the money of a mini program until it knows that something was sent for it. */
export const isTradeManaged = (account: Account) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/wxa/sec/order/is_trade_managed",
      body: { appid: account.appid },
      ability: "pay",
      repeatable: true,
      read: readsAs(
        Schema.Struct({ is_trade_managed: Schema.Boolean }),
        ({ is_trade_managed }) => is_trade_managed
      )
    })
  )

/** Sent once: a payment's shipping may be said anew only once, and a repeat would be that. */
export const uploadShipping = (account: Account, info: ShippingInfo) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/wxa/sec/order/upload_shipping_info",
      body: bodyOf(info),
      ability: "pay",
      repeatable: false,
      read: done
    })
  )

const bodyOf = ({ at, kind, openid, parcels, transactionId, whole }: ShippingInfo) => ({
  order_key: { order_number_type: 2, transaction_id: transactionId },
  logistics_type: logisticsTypes[kind],
  delivery_mode: whole === undefined ? 1 : 2,
  ...(whole !== undefined && { is_all_delivered: whole }),
  shipping_list: parcels.map(({ carrier, contact, item, number }) => ({
    ...(number !== undefined && { tracking_no: number }),
    ...(carrier !== undefined && { express_company: carrier }),
    item_desc: item,
    ...(contact !== undefined && { contact: { receiver_contact: contact } })
  })),
  upload_time: withMillis(at),
  payer: { openid }
})

const withMillis = (at: number) =>
  rfc3339(at).replace("+08:00", `.${String(at % 1000).padStart(3, "0")}+08:00`)

const Time = Schema.Union([Schema.Int, Schema.NumberFromString])
const Sent = Schema.Struct({
  tracking_no: Schema.optionalKey(text(128)),
  upload_time: Schema.optionalKey(Time)
})

/** What WeChat knows to have been sent for an order; `at` in UTC seconds. */
export const sentFor = (account: Account, transactionId: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/wxa/sec/order/get_order",
      body: { transaction_id: transactionId },
      ability: "pay",
      repeatable: true,
      read: readsAs(
        Schema.Struct({
          order: Schema.Struct({
            shipping: Schema.optionalKey(
              Schema.Struct({ shipping_list: Schema.optionalKey(Schema.Array(Sent)) })
            )
          })
        }),
        ({ order }) =>
          (order.shipping?.shipping_list ?? []).map(({ tracking_no, upload_time }) => ({
            number: tracking_no,
            at: upload_time
          }))
      )
    })
  )
