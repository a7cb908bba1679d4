import { Schema, SchemaIssue } from "effect"

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

const order = {
  appid,
  mchid,
  description: text(1, 127),
  out_trade_no: outTradeNo,
  attach: optional(text(0, 128)),
  goods_tag: optional(text(0, 32)),
  support_fapiao: optional(Schema.Boolean),
  amount: Schema.Struct({ total: money, currency }),
  settle_info: settle
}

/** Its store has an id of WeChat's, or ours as `out_id`; there is no notify, and no `payer_client_ip`. */
export const CodepayRequest = Schema.Struct({
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
})
export type CodepayRequest = typeof CodepayRequest.Type

export const NativeRequest = Schema.Struct({
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
  ),
  scene_info: optional(
    Schema.Struct({
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
    })
  )
})
export type NativeRequest = typeof NativeRequest.Type

export const CloseRequest = Schema.Struct({ mchid })

export const ReverseRequest = Schema.Struct({ appid, mchid })

const eitherNumber = Schema.makeFilter(
  (value: { readonly transaction_id?: string; readonly out_trade_no?: string }) =>
    value.transaction_id !== undefined || value.out_trade_no !== undefined
      ? true
      : { path: ["transaction_id"], issue: new SchemaIssue.MissingKey({}) }
)

export const RefundRequest = Schema.Struct({
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
