import { Effect, Option, Schema, SchemaTransformation } from "effect"
import { rfc3339 } from "../../values/beijing.ts"
import { Fen } from "../../values/money.ts"

/** `null` and `""` say the same as a key left out. A number that JavaScript would round stays the text it was. */
const reviver = (_: string, value: unknown, context?: { readonly source?: string }) => {
  if (value === null || value === "") return undefined
  return typeof value === "number" && !Number.isSafeInteger(value) ? context?.source : value
}

/**
 * Reads what WeChat Pay writes, or nothing. Keys we do not name are tolerated, as WeChat adds some; a state or an amount
 * that we cannot read is not: then nothing is known.
 */
export const read = <S extends Schema.ConstraintDecoder<unknown>>(schema: S) =>
  Schema.decodeUnknownOption(Schema.fromJsonString(schema, { reviver }))

export const maybe = Schema.optionalKey
export const text = (length: number) => Schema.String.check(Schema.isMaxLength(length))

/** RFC 3339 with an offset ⇄ UTC milliseconds. */
export const Instant = text(35)
  .check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/))
  .pipe(
    Schema.decodeTo(
      Schema.Int,
      SchemaTransformation.transform({ decode: Date.parse, encode: rfc3339 })
    )
  )

const Amount = Schema.Struct({
  total: Fen,
  /** What the payer paid: less than the total where coupons were used. */
  payerTotal: maybe(Fen),
  currency: text(16).pipe(Schema.withDecodingDefaultKey(Effect.succeed("CNY")))
}).pipe(Schema.encodeKeys({ payerTotal: "payer_total" }))

const names = {
  outTradeNo: "out_trade_no",
  transactionId: "transaction_id",
  tradeType: "trade_type",
  tradeState: "trade_state",
  tradeStateDesc: "trade_state_desc",
  bankType: "bank_type",
  successTime: "success_time"
} as const

/** A direct merchant is named by two numbers, one of a partner by three or four. */
const parties = {
  appid: maybe(text(32)),
  mchid: maybe(text(32)),
  sp_appid: maybe(text(32)),
  sp_mchid: maybe(text(32)),
  sub_appid: maybe(text(32)),
  sub_mchid: maybe(text(32))
}

const order = {
  ...parties,
  outTradeNo: text(32),
  tradeType: maybe(text(16)),
  tradeStateDesc: maybe(text(256)),
  bankType: maybe(text(32)),
  payer: maybe(
    Schema.Struct({
      openid: maybe(text(128)),
      sp_openid: maybe(text(128)),
      sub_openid: maybe(text(128))
    })
  )
}

/** Money was taken. `REFUND`: some of it was given back since; how much, only the refunds tell. */
const Paid = Schema.Struct({
  ...order,
  tradeState: Schema.Literals(["SUCCESS", "REFUND"]),
  transactionId: text(32),
  successTime: maybe(Instant),
  amount: Amount
}).pipe(Schema.encodeKeys(names))

const Unpaid = Schema.Struct({
  ...order,
  tradeState: Schema.Literals(["NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT"]),
  transactionId: maybe(text(32)),
  successTime: maybe(Instant),
  amount: maybe(Amount)
}).pipe(Schema.encodeKeys(names))

type Named = Schema.Struct<typeof parties>["Type"]

/** One form for direct merchants and those of partners. */
interface Whose {
  /** At which account the order was made. */
  readonly appid: string
  readonly mchid: string
  /** Who acts for the merchant. */
  readonly partner?: string
  /** By their openid at `appid`. */
  readonly payer?: { readonly openid?: string }
}

const whose = <A extends Named & { readonly payer?: Schema.Struct<typeof order>["Type"]["payer"] }>(
  it: A
): Option.Option<A & Whose> => {
  const { payer, sp_mchid, sub_appid } = it
  const appid = sub_appid ?? it.sp_appid ?? it.appid
  const mchid = it.sub_mchid ?? it.mchid
  if (appid === undefined || mchid === undefined) return Option.none()
  const openid = sub_appid === undefined ? (payer?.sp_openid ?? payer?.openid) : payer?.sub_openid
  return Option.some({
    ...it,
    appid,
    mchid,
    ...(sp_mchid !== undefined && { partner: sp_mchid }),
    ...(openid !== undefined && { payer: { openid } })
  })
}

const readOrder = read(Schema.Union([Paid, Unpaid]))

/** Where an order stands, by WeChat's word. */
export type Transaction = (typeof Paid.Type | typeof Unpaid.Type) & Whose
export const readTransaction = (text: string): Option.Option<Transaction> =>
  Option.flatMap(readOrder(text), (it) => whose(it))

const refund = {
  /** In notifies only. */
  mchid: maybe(text(32)),
  refundId: text(64),
  outRefundNo: text(64),
  transactionId: text(32),
  outTradeNo: text(32),
  /** `ABNORMAL` is not the end: the payer's card is dead, and an operator pays back another way. */
  status: Schema.Literals(["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"]),
  successTime: maybe(Instant),
  amount: Schema.Struct({ total: Fen, refund: Fen })
}

const refundNames = {
  refundId: "refund_id",
  outRefundNo: "out_refund_no",
  transactionId: "transaction_id",
  outTradeNo: "out_trade_no",
  successTime: "success_time"
} as const

const RefundStatus = Schema.Struct(refund).pipe(Schema.encodeKeys(refundNames))
const RefundNotify = Schema.Struct(refund).pipe(
  Schema.encodeKeys({ ...refundNames, status: "refund_status" })
)

/** Where a refund stands, by WeChat's word. */
export type RefundStatus = typeof RefundStatus.Type
export const readRefundStatus = read(RefundStatus)
export const readRefundNotify = read(RefundNotify)

const prepay = (name: string) => {
  const readNamed = read(Schema.Struct({ [name]: text(512) }))
  return (answer: string) => Option.flatMapNullishOr(readNamed(answer), (all) => all[name])
}

/** What the payer finds an order by, under each of its names. */
export const readPrepay = {
  code_url: prepay("code_url"),
  prepay_id: prepay("prepay_id"),
  h5_url: prepay("h5_url")
}

const readReversed = read(
  Schema.Struct({ ...parties, outTradeNo: text(32) }).pipe(
    Schema.encodeKeys({ outTradeNo: "out_trade_no" })
  )
)

export const readReversal = (text: string) =>
  Option.flatMap(readReversed(text), ({ sp_mchid, sub_mchid, ...it }) =>
    Option.map(Option.fromUndefinedOr(sub_mchid ?? it.mchid), (mchid) => ({
      outTradeNo: it.outTradeNo,
      mchid,
      partner: sp_mchid
    }))
  )

export const readEcho = read(
  Schema.Struct({ message: text(256) }).pipe(Schema.encodeKeys({ message: "echo_message" }))
)

export const readBillAddress = read(
  Schema.Struct({
    hashType: Schema.Literal("SHA1"),
    hash: Schema.String.check(Schema.isPattern(/^[0-9a-fA-F]{40}$/)),
    url: text(2048)
  }).pipe(Schema.encodeKeys({ hashType: "hash_type", hash: "hash_value", url: "download_url" }))
)

/** `detail.value` may repeat what we sent, so it is not even read. */
export const readError = read(
  Schema.Struct({
    code: text(64),
    message: maybe(Schema.String),
    detail: maybe(Schema.Struct({ field: maybe(text(256)) }))
  })
)

/** A notify before its resource is opened. */
export const readEnvelope = read(
  Schema.Struct({
    id: text(64),
    eventType: text(64),
    resource: Schema.Struct({
      originalType: text(64),
      algorithm: Schema.Literal("AEAD_AES_256_GCM"),
      ciphertext: Schema.String,
      nonce: text(16),
      associatedData: text(16).pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))
    }).pipe(Schema.encodeKeys({ originalType: "original_type", associatedData: "associated_data" }))
  }).pipe(Schema.encodeKeys({ eventType: "event_type" }))
)
