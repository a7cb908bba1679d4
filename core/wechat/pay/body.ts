import { isIP } from "node:net"
import { Exit, Schema, SchemaIssue } from "effect"
import { rfc3339 } from "../../values/beijing.ts"
import { Fen } from "../../values/money.ts"
import type { Merchant } from "./merchant.ts"
import { merchantIds, orderIds, payerIds } from "./parties.ts"
import type { OrderWay } from "./ways.ts"

/** WeChat would refuse this request for the form of one field; it was not sent. */
export class BodyInvalid extends Schema.TaggedError<BodyInvalid>()("BodyInvalid", {
  /** A JSON pointer. */
  field: Schema.String,
  problem: Schema.String
}) {
  override readonly message = `${this.field}: ${this.problem}`
}

/**
 * Text that the payer reads, as WeChat accepts it: characters of four bytes (emoji, rare ideographs) and everything
 * invisible are dropped rather than marked, since a mark would look like a fault on the payer's bill. What is too long is cut:
 * WeChat's lengths count bytes, and refuse 127 Chinese characters as a title.
 */
export const printable = (text: string, bytes: number): string => {
  const clean = text
    .replace(/[\u{10000}-\u{10FFFF}\p{Cs}\p{Cf}\p{VS}\p{Me}]/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
  let end = 0
  for (let width = 0; end < clean.length; end++) {
    width += Buffer.byteLength(clean[end] ?? "")
    if (width > bytes) break
  }
  return clean.slice(0, end).trimEnd()
}

const pattern = (regexp: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(regexp, { expected }))

/** UTF-8 of at most three bytes a character, and so many in all. */
const plain = (bytes: number) =>
  pattern(/^[^\u{10000}-\u{10FFFF}\p{Cs}]+$/u, "characters of at most three bytes").check(
    Schema.makeFilter((text) => Buffer.byteLength(text) <= bytes, {
      expected: `at most ${bytes} bytes`
    })
  )

const Amount = Fen.check(Schema.isGreaterThan(0))
const Currency = Schema.Literal("CNY")
/** Orders also allow `|`, code payments do not. */
const OutTradeNo = pattern(/^[\w*-]{6,32}$/, "6 to 32 letters, digits or _-*")
const OutRefundNo = pattern(/^[\w|*@-]{1,64}$/, "1 to 64 letters, digits or _-|*@")
const NotifyUrl = pattern(/^https?:\/\/[^?#\s]{1,247}$/, "an http address without a query")

const maybe = Schema.optionalKey(Schema.String)

/** Direct merchants are named by two numbers, those of a partner by up to four. */
const order = {
  appid: maybe,
  mchid: maybe,
  sp_appid: maybe,
  sp_mchid: maybe,
  sub_appid: maybe,
  sub_mchid: maybe,
  description: plain(127),
  out_trade_no: OutTradeNo,
  amount: Schema.Struct({ total: Amount, currency: Currency })
}

/**
 * Serialised once: the attempt keeps this text, and whatever is sent for it again is the same. An `Exit` is an Effect that
 * can also be looked at where none can run: inside a write.
 */
const serialise = <S extends Schema.ConstraintEncoder<unknown>>(schema: S) => {
  const encode = Schema.encodeExit(Schema.fromJsonString(schema))
  return (body: S["Type"]): Exit.Exit<string, BodyInvalid> => Exit.mapError(encode(body), invalid)
}

const invalid = ({ issue }: Schema.SchemaError) => {
  const [first] = SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues
  const field = (first?.path ?? []).map((key) => `/${String(key)}`).join("")
  return new BodyInvalid({ field, problem: first?.message ?? "not what WeChat accepts" })
}

const Ip = Schema.String.check(Schema.makeFilter((ip) => isIP(ip) > 0, { expected: "an address" }))

const codepay = serialise(
  Schema.Struct({
    ...order,
    payer: Schema.Struct({
      auth_code: pattern(/^1[0-5]\d{16}$/, "18 digits beginning with 10 to 15")
    }),
    scene_info: Schema.Struct({
      device_id: Schema.optionalKey(plain(32)),
      device_ip: Ip,
      store_info: Schema.Struct({ out_id: plain(32) })
    })
  })
)

/** Tills stand behind their shop's router: their own address tells WeChat nothing. */
const NOWHERE = "127.0.0.1"

/** A code payment. It is never notified, so there is no address for that; `out_id` is our name for the store. */
export const codepayBody = (
  merchant: Merchant,
  sale: {
    readonly outTradeNo: string
    readonly authCode: string
    readonly amount: Fen
    readonly description: string
    readonly store: string
    /** Only for people to read, so it is fitted rather than refused. */
    readonly device: string
    readonly deviceIp?: string
  }
) => {
  const device_id = printable(sale.device, 32)
  return codepay({
    ...orderIds(merchant),
    description: describe(sale.description),
    out_trade_no: sale.outTradeNo,
    payer: { auth_code: sale.authCode },
    amount: { total: sale.amount, currency: "CNY" },
    scene_info: {
      ...(device_id === "" ? {} : { device_id }),
      device_ip: sale.deviceIp ?? NOWHERE,
      store_info: { out_id: sale.store }
    }
  })
}

/** What an order is made of, however it will be paid. */
export interface NewOrder {
  /** The account at which it is paid; the merchant's own unless said. */
  readonly appid?: string
  readonly outTradeNo: string
  readonly amount: Fen
  readonly description: string
  /** The last moment the payer can pay, in UTC milliseconds. It does not close the order. */
  readonly expires: number
  readonly notifyUrl: string
  /** `jsapi`: who will pay, by their openid at `appid`. */
  readonly openid?: string
  /** `h5`: whence the payer's browser comes, and on what it runs. */
  readonly browser?: Browser
}

/** The address and device of a payer whose browser goes to WeChat by itself. */
export interface Browser {
  readonly ip: string
  readonly device: "iOS" | "Android" | "Wap"
}

const Openid = pattern(/^[\w-]{1,128}$/, "an openid")
const ordered = { ...order, time_expire: Schema.String, notify_url: NotifyUrl }
const openid = Schema.optionalKey(Openid)

/** How the request of each way goes beyond what all orders share. */
const orders = {
  native: serialise(Schema.Struct(ordered)),
  app: serialise(Schema.Struct(ordered)),
  jsapi: serialise(
    Schema.Struct({
      ...ordered,
      payer: Schema.Struct({ openid, sp_openid: openid, sub_openid: openid }).check(
        Schema.makeFilter((payer) => Object.keys(payer).length === 1, { expected: "one openid" })
      )
    })
  ),
  h5: serialise(
    Schema.Struct({
      ...ordered,
      scene_info: Schema.Struct({
        payer_client_ip: Ip,
        h5_info: Schema.Struct({ type: Schema.Literals(["iOS", "Android", "Wap"]) })
      })
    })
  )
}

/** An order that its payer finds by what WeChat gives for it: a QR, a prepay_id or an address. */
export const orderBody = (merchant: Merchant, way: OrderWay, sale: NewOrder) => {
  const appid = sale.appid ?? merchant.appid
  const { browser, openid } = sale
  const common = {
    ...orderIds(merchant, appid),
    description: describe(sale.description),
    out_trade_no: sale.outTradeNo,
    time_expire: rfc3339(sale.expires),
    notify_url: sale.notifyUrl,
    amount: { total: sale.amount, currency: "CNY" as const }
  }
  switch (way) {
    case "native":
    case "app":
      return orders[way](common)
    case "jsapi":
      return orders.jsapi({
        ...common,
        payer: openid === undefined ? {} : payerIds(merchant, appid, openid)
      })
    case "h5": {
      const { device, ip } = browser ?? { device: "Wap", ip: "" }
      return orders.h5({
        ...common,
        scene_info: { payer_client_ip: ip, h5_info: { type: device } }
      })
    }
  }
}

const refund = serialise(
  Schema.Struct({
    sub_mchid: maybe,
    out_trade_no: OutTradeNo,
    out_refund_no: OutRefundNo,
    reason: Schema.optionalKey(plain(80)),
    notify_url: NotifyUrl,
    amount: Schema.Struct({ refund: Amount, total: Amount, currency: Currency }).check(
      Schema.makeFilter(({ refund, total }) => refund <= total, {
        expected: "a refund of at most the total"
      })
    )
  })
)

/** Money back. The same number is the same refund, so one intention keeps its number for ever. */
export const refundBody = (
  merchant: Merchant,
  intention: {
    readonly outTradeNo: string
    readonly outRefundNo: string
    readonly amount: Fen
    /** What the order was paid with. */
    readonly total: Fen
    readonly reason?: string
    readonly notifyUrl: string
  }
) => {
  const reason = printable(intention.reason ?? "", 80)
  return refund({
    ...subMerchant(merchant),
    out_trade_no: intention.outTradeNo,
    out_refund_no: intention.outRefundNo,
    ...(reason === "" ? {} : { reason }),
    notify_url: intention.notifyUrl,
    amount: { refund: intention.amount, total: intention.total, currency: "CNY" }
  })
}

/** WeChat demands a description. */
const describe = (text: string) => printable(text, 127) || "商品"

/** A refund names nobody but whom a partner refunds for. */
const subMerchant = (merchant: Merchant) => {
  const { sub_mchid } = { sub_mchid: undefined, ...merchantIds(merchant) }
  return sub_mchid === undefined ? {} : { sub_mchid }
}
