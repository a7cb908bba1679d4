import { Schema, SchemaIssue } from "effect"
import type { OrderWay } from "../model.ts"

/** The requests of WeChat Pay as its documents define them, with the reasons WeChat gives when one does not fit. */

/** WeChat counts bytes, so 127 are 42 Chinese characters. */
export const text = (minimum: number, maximum: number) =>
  Schema.String.check(
    Schema.makeFilter((value: string) => {
      const length = Buffer.byteLength(value)
      if (length < minimum) return `字节数 ${length}，小于最小值 ${minimum}`
      return length <= maximum || `字节数 ${length}，大于最大值 ${maximum}`
    })
  )

const matching = (pattern: RegExp) =>
  Schema.makeFilter(
    (value: string) => pattern.test(value) || `字符串必须匹配正则表达式“${pattern.source}”`
  )

const integer = (minimum: number, maximum: number) =>
  Schema.Number.check(
    Schema.makeFilter((value: number) => {
      if (!Number.isSafeInteger(value)) return "值不是整数"
      if (value < minimum) return `值低于最小值 ${minimum}`
      return value <= maximum || `值高于最大值 ${maximum}`
    })
  )

const isNotifyUrl = Schema.makeFilter((value: string) => {
  const url = URL.parse(value)
  if (url === null || !/^https?:$/.test(url.protocol)) return "必须为http或https的完整路径"
  return url.search === "" || "不能携带参数"
})

const isTime = matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$/)

export const optional = Schema.optionalKey
export const money = integer(1, 1_000_000_000)
const currency = optional(Schema.Literal("CNY"))
const appid = text(1, 32)
const mchid = text(1, 32)
const outTradeNo = text(6, 32).check(matching(/^[0-9A-Za-z_\-|*]+$/))
export const notifyUrl = text(1, 255).check(isNotifyUrl)
const settle = optional(Schema.Struct({ profit_sharing: optional(Schema.Boolean) }))

const goods = {
  merchant_goods_id: text(1, 32),
  goods_name: optional(text(1, 256)),
  quantity: integer(1, 1_000_000_000),
  unit_price: integer(0, 1_000_000_000)
}

const discount = {
  cost_price: optional(integer(0, 1_000_000_000)),
  invoice_id: optional(text(1, 32))
}

/** Who sells, and at which account: a merchant for itself, or a partner for another. */
const parties = {
  direct: { appid, mchid },
  partner: { sp_appid: appid, sp_mchid: mchid, sub_appid: optional(appid), sub_mchid: mchid }
}
export type Form = keyof typeof parties

/** What both forms say of the parties, once either has been read. */
export interface Parties {
  readonly appid?: string
  readonly mchid?: string
  readonly sp_appid?: string
  readonly sp_mchid?: string
  readonly sub_appid?: string
  readonly sub_mchid?: string
}

const order = {
  description: text(1, 127),
  out_trade_no: outTradeNo,
  attach: optional(text(0, 128)),
  goods_tag: optional(text(0, 32)),
  support_fapiao: optional(Schema.Boolean),
  amount: Schema.Struct({ total: money, currency }),
  settle_info: settle
}

const codepay = {
  ...order,
  payer: Schema.Struct({ auth_code: text(1, 32) }),
  scene_info: Schema.Struct({
    device_id: optional(text(1, 32)),
    device_ip: optional(text(1, 45)),
    store_info: optional(
      Schema.Struct({ id: optional(text(1, 32)), out_id: optional(text(1, 32)) })
    )
  }),
  detail: optional(
    Schema.Struct({
      ...discount,
      goods_detail: optional(
        Schema.Array(Schema.Struct({ ...goods, wxpay_goods_id: optional(text(1, 32)) }))
      )
    })
  )
}

/** Its store has an id of WeChat's, or ours as `out_id`; there is no notify, and no `payer_client_ip`. */
export const CodepayRequest = {
  direct: Schema.Struct({ ...parties.direct, ...codepay }),
  partner: Schema.Struct({ ...parties.partner, ...codepay })
}
export type CodepayRequest = (typeof CodepayRequest)[Form]["Type"] & Parties

const scene = {
  payer_client_ip: text(1, 45),
  device_id: optional(text(1, 32)),
  store_info: optional(
    Schema.Struct({
      id: text(1, 32),
      name: optional(text(1, 256)),
      area_code: optional(text(1, 32)),
      address: optional(text(1, 512))
    })
  )
}

/** Of an order that waits for its payer. */
const waiting = {
  ...order,
  notify_url: notifyUrl,
  time_expire: optional(text(1, 64).check(isTime)),
  detail: optional(
    Schema.Struct({
      ...discount,
      goods_detail: optional(
        Schema.Array(Schema.Struct({ ...goods, wechatpay_goods_id: optional(text(1, 32)) }))
      )
    })
  )
}
const anyScene = { scene_info: optional(Schema.Struct(scene)) }
const openid = text(1, 128)

const h5Info = Schema.Struct({
  type: text(1, 32),
  app_name: optional(text(1, 64)),
  app_url: optional(text(1, 128)),
  bundle_id: optional(text(1, 128)),
  package_name: optional(text(1, 128))
})

/** What each way wants beyond that. */
const wants = {
  native: anyScene,
  app: anyScene,
  h5: { scene_info: Schema.Struct({ ...scene, h5_info: h5Info }) }
}

const payers = {
  direct: Schema.Struct({ openid }),
  partner: Schema.Struct({ sp_openid: optional(openid), sub_openid: optional(openid) }).check(
    Schema.makeFilter((payer) =>
      Object.keys(payer).length > 0
        ? true
        : { path: ["sp_openid"], issue: new SchemaIssue.MissingKey({}) }
    )
  )
}

/** An order once it has been read, whichever its form and way. */
export interface OrderRequest extends Parties {
  readonly description: string
  readonly out_trade_no: string
  readonly attach?: string
  readonly amount: { readonly total: number }
  readonly notify_url: string
  readonly time_expire?: string
  readonly scene_info?: { readonly device_id?: string }
  readonly payer?: {
    readonly openid?: string
    readonly sp_openid?: string
    readonly sub_openid?: string
  }
}

/** The request of an order, by way and form. */
export const orderRequest = (way: OrderWay, form: Form): Schema.Codec<OrderRequest, unknown> => {
  const both = { ...parties[form], ...waiting }
  return way === "jsapi"
    ? Schema.Struct({ ...both, ...anyScene, payer: payers[form] })
    : Schema.Struct({ ...both, ...wants[way] })
}

export const CloseRequest = {
  direct: Schema.Struct({ mchid }),
  partner: Schema.Struct({ sp_mchid: mchid, sub_mchid: mchid })
}

export const ReverseRequest = {
  direct: Schema.Struct(parties.direct),
  partner: Schema.Struct(parties.partner)
}

const eitherNumber = Schema.makeFilter(
  (value: { readonly transaction_id?: string; readonly out_trade_no?: string }) =>
    value.transaction_id !== undefined || value.out_trade_no !== undefined
      ? true
      : { path: ["transaction_id"], issue: new SchemaIssue.MissingKey({}) }
)

export const RefundRequest = Schema.Struct({
  /** For whom a partner gives back. */
  sub_mchid: optional(mchid),
  transaction_id: optional(text(1, 32)),
  out_trade_no: optional(outTradeNo),
  out_refund_no: text(1, 64).check(matching(/^[0-9A-Za-z_\-|*@]+$/)),
  reason: optional(text(1, 80)),
  notify_url: optional(notifyUrl),
  funds_account: optional(Schema.Literals(["AVAILABLE", "UNSETTLED"])),
  amount: Schema.Struct({
    refund: money,
    total: money,
    currency: Schema.Literal("CNY"),
    from: optional(
      Schema.Array(
        Schema.Struct({ account: Schema.Literals(["AVAILABLE", "UNAVAILABLE"]), amount: money })
      )
    )
  }),
  goods_detail: optional(
    Schema.Array(
      Schema.Struct({
        merchant_goods_id: text(1, 32),
        wechatpay_goods_id: optional(text(1, 32)),
        goods_name: optional(text(1, 256)),
        unit_price: integer(1, 1_000_000_000),
        refund_amount: money,
        refund_quantity: integer(1, 1_000_000_000)
      })
    )
  )
}).check(eitherNumber)
export type RefundRequest = typeof RefundRequest.Type

/** Sealed for WeChat's key that the request names; `bank_type` and the rest only for a payer's card. */
export const PayOutRequest = Schema.Struct({
  sub_mchid: optional(text(1, 32)),
  out_refund_no: text(1, 64),
  type: Schema.Literals(["USER_BANK_CARD", "MERCHANT_BANK_CARD"]),
  bank_type: optional(text(1, 32)),
  bank_account: optional(text(1, 1024)),
  real_name: optional(text(1, 1024))
})
export type PayOutRequest = typeof PayOutRequest.Type

export const EchoRequest = Schema.Struct({
  notify_url: optional(notifyUrl),
  echo_message: text(1, 1024),
  encrypted_echo_message: optional(text(1, 1024))
})
export type EchoRequest = typeof EchoRequest.Type
