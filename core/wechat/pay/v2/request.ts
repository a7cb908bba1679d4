import { Schema } from "effect"
import { toBeijing } from "../../../values/beijing.ts"
import type { Operation } from "../codes.ts"
import type { Merchant } from "../merchant.ts"
import { orderIds } from "../parties.ts"
import type { Fields } from "./sign.ts"

/** A request as version 2 knows it, not yet signed. */
export interface V2Request {
  readonly path: `/${string}`
  /** Whether WeChat wants to see the merchant's certificate: where money goes back. */
  readonly isCertified: boolean
  readonly fields: Fields
}

/** A request as it was frozen, in the words of version 3. */
export interface V3Request {
  readonly operation: V2Operation
  readonly target: string
  readonly body?: string
}

const maybe = Schema.optionalKey(Schema.String)

/** Of our own bodies, whatever is said in them by either version. */
const Body = Schema.Struct({
  appid: maybe,
  mchid: maybe,
  sp_appid: maybe,
  sp_mchid: maybe,
  sub_appid: maybe,
  sub_mchid: maybe,
  description: maybe,
  out_trade_no: maybe,
  out_refund_no: maybe,
  reason: maybe,
  time_expire: maybe,
  notify_url: maybe,
  attach: maybe,
  goods_tag: maybe,
  support_fapiao: Schema.optionalKey(Schema.Boolean),
  payer: Schema.optionalKey(
    Schema.Struct({ auth_code: maybe, openid: maybe, sp_openid: maybe, sub_openid: maybe })
  ),
  amount: Schema.optionalKey(
    Schema.Struct({ total: Schema.Int, refund: Schema.optionalKey(Schema.Int) })
  ),
  scene_info: Schema.optionalKey(
    Schema.Struct({
      device_id: maybe,
      device_ip: maybe,
      payer_client_ip: maybe,
      store_info: Schema.optionalKey(Schema.Struct({ id: maybe, out_id: maybe })),
      h5_info: Schema.optionalKey(Schema.Struct({ type: Schema.String }))
    })
  )
})
type Body = typeof Body.Type
const readBody = Schema.decodeUnknownSync(Schema.fromJsonString(Body))

/** What version 2 can be asked. */
type V2Operation = Extract<Operation, keyof typeof calls>

export const isV2Operation = (operation: Operation): operation is V2Operation => operation in calls

/** The same request in version 2. */
export const v2Request = (
  merchant: Merchant,
  { body, operation, target }: V3Request
): V2Request => {
  const { isCertified = false, path, say }: V2Call = calls[operation]
  const it = body === undefined ? {} : readBody(body)
  const fields = { ...idsOf(it, merchant), ...say(it, target) }
  return { path, isCertified, fields: texts(fields) }
}

type Loose = Readonly<Record<string, string | number | undefined>>

interface V2Call {
  readonly path: `/${string}`
  readonly isCertified?: boolean
  /** What is said besides who is asking. */
  readonly say: (body: Body, target: string) => Loose
}

const texts = (fields: Loose): Fields =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, String(value)]]
    )
  )

/** The body names everybody, or it is about an order of the merchant's own account. */
const idsOf = (body: Body, merchant: Merchant): Loose => {
  const named: Body =
    body.appid === undefined && body.sp_appid === undefined ? orderIds(merchant) : body
  return {
    appid: named.sp_appid ?? named.appid,
    mch_id: named.sp_mchid ?? named.mchid,
    sub_appid: named.sub_appid,
    sub_mch_id: named.sub_mchid
  }
}

const ordered = ({ amount, scene_info, time_expire, ...it }: Body): Loose => ({
  body: it.description,
  out_trade_no: it.out_trade_no,
  total_fee: amount?.total,
  fee_type: "CNY",
  spbill_create_ip: scene_info?.payer_client_ip ?? scene_info?.device_ip ?? "127.0.0.1",
  time_expire: time_expire === undefined ? undefined : toBeijing(Date.parse(time_expire)),
  notify_url: it.notify_url,
  attach: it.attach,
  goods_tag: it.goods_tag,
  receipt: it.support_fapiao === true ? "Y" : undefined
})

const presented = ({ payer, scene_info }: Body): Loose => {
  const store = scene_info?.store_info?.out_id ?? scene_info?.store_info?.id
  return {
    auth_code: payer?.auth_code,
    device_info: scene_info?.device_id,
    scene_info: store === undefined ? undefined : JSON.stringify({ store_info: { id: store } })
  }
}

const payer = ({ payer }: Body): Loose => ({
  openid: payer?.sp_openid ?? payer?.openid,
  sub_openid: payer?.sub_openid
})

const returned = ({ amount, out_refund_no, reason, notify_url }: Body): Loose => ({
  out_refund_no,
  total_fee: amount?.total,
  refund_fee: amount?.refund,
  refund_desc: reason,
  notify_url
})

const osOf = (type = "Wap") => (type === "iOS" ? "IOS" : type)

const numberIn = (target: string) => part(target, /\/out-trade-no\/([^/?]+)/)
const refundIn = (target: string) => part(target, /\/refunds\/([^/?]+)/)

const part = (target: string, pattern: RegExp) => {
  const [, found] = pattern.exec(target) ?? []
  return found === undefined ? undefined : decodeURIComponent(found)
}

const order = (trade_type: string, more: (body: Body) => Loose = () => ({})): V2Call => ({
  path: "/pay/unifiedorder",
  say: (it) => ({ ...ordered(it), trade_type, ...more(it) })
})

const numbered = (it: Body, target: string) => ({
  out_trade_no: it.out_trade_no ?? numberIn(target)
})

const calls = {
  codepay: { path: "/pay/micropay", say: (it) => ({ ...ordered(it), ...presented(it) }) },
  native: order("NATIVE", ({ out_trade_no }) => ({ product_id: out_trade_no })),
  jsapi: order("JSAPI", payer),
  app: order("APP"),
  h5: order("MWEB", ({ scene_info }) => ({
    scene_info: JSON.stringify({ h5_info: { type: osOf(scene_info?.h5_info?.type) } })
  })),
  query: { path: "/pay/orderquery", say: numbered },
  // Version 2 has no test of its own; a question after a number that is nobody's tries the key as well.
  echo: { path: "/pay/orderquery", say: () => ({ out_trade_no: "weir000000" }) },
  close: { path: "/pay/closeorder", say: numbered },
  reverse: { path: "/secapi/pay/reverse", isCertified: true, say: numbered },
  refund: {
    path: "/secapi/pay/refund",
    isCertified: true,
    say: (it, target) => ({ ...numbered(it, target), ...returned(it) })
  },
  queryRefund: {
    path: "/pay/refundquery",
    say: (_, target) => ({ out_refund_no: refundIn(target) })
  }
} satisfies Partial<Record<Operation, V2Call>>
