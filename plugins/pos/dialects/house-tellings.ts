import { Option, type Redacted, Schema } from "effect"
import { BeijingTime, errand, FenFromYuan, lookUp, spokenTo, type Texts, type Verdict } from "#core"
import { houseXml } from "./house-xml.ts"

/** What an old system says to what it is told: `00` is done; a refusal is one of the codes that a till knows. */
const verdictOf = (answer: Texts | undefined, call: string): Verdict => {
  const { RetCode = "", RetMsg = "" } = answer ?? {}
  if (RetCode === "00") return { is: "ok" }
  if (RetCode === "E4" && call === "INVOICEQUERY") return { is: "ok" }
  if (/^(F|E[1-5])/.test(RetCode)) return { is: "refused", reason: `${RetCode} ${RetMsg}`.trim() }
  if (/^(P1|E8)$/.test(RetCode)) return { is: "retryable", reason: `${RetCode} ${RetMsg}`.trim() }
  return { is: "unknown", reason: RetCode === "" ? "no house XML" : `${RetCode} ${RetMsg}`.trim() }
}

/** House XML from its other end: we write the requests, signed as tills sign theirs, and read the answers. */
export const houseServer = (secret: Redacted.Redacted) =>
  spokenTo(
    houseXml(() => secret),
    {
      classify: ({ answer, call }) => verdictOf(answer, call),
      contentType: "text/xml; charset=GBK"
    }
  )

const Text = Schema.optionalKey(Schema.String)

/** Which sale is meant: by our reference, and by the till's own fields where its dialect has them. */
const sale = {
  Reference: Schema.String,
  Part: Text,
  StoreNo: Text,
  PosNo: Text,
  BusinessDate: Text,
  TicketNo: Text
}

const Ack = Schema.Struct({ RetCode: Schema.String })

/** The old system knows a message that comes again by its `NotifyNo`. */
const telling = <Fields extends Schema.Struct.Fields>(TranCode: string, fields: Fields) => {
  const Message = Schema.Struct({
    TranCode: Schema.Literal(TranCode),
    NotifyNo: Schema.String,
    ...sale,
    ...fields
  })
  return errand(`house.${TranCode.toLowerCase()}`, {
    call: TranCode,
    request: Message as unknown as Schema.Codec<
      typeof Message.Type & { readonly NotifyNo: string },
      Texts
    >,
    reply: Ack,
    writes: { key: ({ NotifyNo }) => [NotifyNo], repeatable: true }
  })
}

export const paidTelling = telling("PAID", {
  OutTradeNo: Schema.String,
  TransactionId: Schema.String,
  TotalFee: FenFromYuan,
  PaidTime: BeijingTime
})

export const refundedTelling = telling("REFUNDED", {
  OutTradeNo: Schema.String,
  OutRefundNo: Schema.String,
  RefundId: Text,
  RefundFee: FenFromYuan
})

export const closedTelling = telling("CLOSED", {
  TotalFee: FenFromYuan,
  Why: Schema.String
})

const Invoice = Schema.Struct({ InvoiceNo: Schema.String, InvoiceUrl: Text })

/** Whether an invoice was made; of one that nobody asked for, it is also a harmless question. */
export const invoiceQuery = errand("house.invoicequery", {
  call: "INVOICEQUERY",
  request: Schema.Struct({ TranCode: Schema.Literal("INVOICEQUERY"), RequestNo: Schema.String }),
  reply: Schema.Struct({ InvoiceNo: Text, InvoiceUrl: Text })
})

/**
 * Asks for an electronic invoice, once by its `RequestNo`. `RedOf`: it takes that one back. `Replaces`: for the same buyer as that one,
 * after part of the sale went back.
 */
export const invoiceErrand = errand("house.invoice", {
  call: "INVOICE",
  request: Schema.Struct({
    TranCode: Schema.Literal("INVOICE"),
    RequestNo: Schema.String,
    Reference: Schema.String,
    TotalFee: FenFromYuan,
    BuyerName: Text,
    BuyerTaxNo: Text,
    BuyerMail: Text,
    RedOf: Text,
    Replaces: Text
  }),
  reply: Invoice,
  mayBeRefused: true,
  writes: {
    key: ({ RequestNo }) => [RequestNo],
    lookUp: ({ RequestNo }) =>
      lookUp(invoiceQuery, { TranCode: "INVOICEQUERY", RequestNo }, ({ InvoiceNo, InvoiceUrl }) =>
        InvoiceNo === undefined
          ? Option.none()
          : Option.some({ InvoiceNo, ...(InvoiceUrl !== undefined && { InvoiceUrl }) })
      )
  }
})

/** What may be told in house XML. */
export const houseErrands = [paidTelling, refundedTelling, closedTelling, invoiceErrand]
