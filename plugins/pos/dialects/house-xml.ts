import { Duration, type Redacted, Schema } from "effect"
import {
  BeijingTime,
  dialect,
  FenFromYuan,
  flatXml,
  type Problem,
  signedWithKey,
  textIn
} from "#core"
import { codeOf, type Outcome, words } from "../model.ts"

/** The secret a store signs with; `undefined` for a store we do not know. */
export type SecretOf = (store: string) => Redacted.Redacted | undefined

const root = { declares: "GBK", newline: "\r\n" } as const

/** A chain's own till: GBK bytes, flat XML, requests signed with MD5 over the GBK text and the store's key. */
export const houseXml = (secretOf: SecretOf) =>
  dialect({
    name: "house-xml",
    // The till gives up after 20 s and may reverse from the 15th second on; two seconds are left for the way back.
    patience: Duration.seconds(18),
    request: textIn("gbk").pipe(
      Schema.decodeTo(flatXml({ ...root, root: "Request" })),
      signedWithKey({
        field: "Sign",
        charset: "gbk",
        secret: ({ StoreNo = "" }) => secretOf(StoreNo)
      })
    ),
    reply: textIn("gbk", { lacking: { substitute: "?" } }).pipe(
      Schema.decodeTo(flatXml({ ...root, declares: "gb2312", root: "Response" }))
    ),
    contentType: () => "text/xml; charset=GBK",
    callOf: ({ TranCode = "" }) => TranCode,
    echo: ({ TicketNo, TranCode }) => defined({ TranCode, TicketNo }),
    refuse: (problem) => ({ RetCode: codeOf[problem.is], RetMsg: refusal(problem) })
  })

const refusal = (problem: Problem): string => {
  const said = words[codeOf[problem.is]]
  if (problem.is === "unknown call") return `${said}: TranCode`
  if (problem.is !== "malformed") return said
  return `${said}: ${problem.field ?? problem.step} ${problem.message}`.slice(0, 120)
}

const text = (pattern: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(pattern, { expected }))

const Number_ = text(/^[0-9A-Za-z_-]{1,16}$/, "1 to 16 letters or digits")
const Ticket = text(/^[0-9A-Za-z_-]{1,32}$/, "1 to 32 letters or digits")
const Day = text(/^\d{8}$/, "a date of 8 digits")
const Line = Schema.optionalKey(Schema.String.check(Schema.isMaxLength(127)))
const Amount = FenFromYuan.check(Schema.isBetween({ minimum: 1, maximum: 10_000_000 }))

const till = {
  StoreNo: Number_,
  PosNo: Number_,
  CashierNo: Schema.optionalKey(Number_),
  TicketNo: Ticket,
  TranTime: BeijingTime
}

export const Micropay = Schema.Struct({
  ...till,
  TotalFee: Amount,
  AuthCode: text(/^\d{16,24}$/, "a payment code of 16 to 24 digits"),
  Body: Line,
  Remark: Line
})

export const Qr = Schema.Struct({ ...till, TotalFee: Amount, Body: Line, Remark: Line })

const OrigDate = Schema.optionalKey(Day)

export const Query = Schema.Struct({ ...till, OrigDate })

export const Reverse = Schema.Struct({ ...till, OrigDate })

/** What was sold at another till or store of the chain is given back here too. */
export const Refund = Schema.Struct({
  ...till,
  OrigStoreNo: Schema.optionalKey(Number_),
  OrigPosNo: Schema.optionalKey(Number_),
  OrigTicketNo: Ticket,
  OrigDate,
  RefundFee: Amount
})

const Seconds = Schema.FiniteFromString
const Text = Schema.optionalKey(Schema.String)

/** Every answer, so that a till reads them all the same way; what does not apply is left out. */
export const Reply = Schema.Struct({
  RetCode: Schema.String,
  RetMsg: Schema.String,
  OutTradeNo: Text,
  TransactionId: Text,
  TotalFee: Schema.optionalKey(FenFromYuan),
  PaidTime: Schema.optionalKey(BeijingTime),
  QueryAfter: Schema.optionalKey(Seconds),
  Waited: Schema.optionalKey(Seconds),
  OutRefundNo: Text,
  RefundId: Text,
  RefundFee: Schema.optionalKey(FenFromYuan),
  CodeUrl: Text,
  InvoiceNo: Text,
  InvoiceUrl: Text
})

export const replyOf = (outcome: Outcome): typeof Reply.Type => ({
  RetCode: outcome.code,
  RetMsg: outcome.message,
  ...defined({
    OutTradeNo: outcome.outTradeNo,
    TransactionId: outcome.transactionId,
    TotalFee: outcome.amount,
    PaidTime: outcome.paidAt,
    OutRefundNo: outcome.outRefundNo,
    RefundId: outcome.refundId,
    RefundFee: outcome.refunded
  })
})

/** Leaves out what is not there: an old till takes an empty element for a value. */
const defined = <A>(record: { readonly [name in keyof A]: A[name] | undefined }) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as A
