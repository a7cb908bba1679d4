import { Effect, Schema } from "effect"
import { call, interim } from "#core"
import { told, words } from "../model.ts"
import { type InvoiceStanding, Invoices } from "../service/invoices.ts"
import { referenceOf } from "./house-calls.ts"
import { Query, Reply, replyOf } from "./house-xml.ts"

const Line = (length: number) =>
  Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, length)))

const Request = Schema.Struct({
  ...Query.fields,
  BuyerName: Line(100),
  BuyerTaxNo: Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^[0-9A-Z]{15,20}$/, { expected: "15 to 20 digits or capital letters" })
    )
  ),
  BuyerMail: Schema.optionalKey(
    Schema.String.check(
      Schema.isMaxLength(100),
      Schema.isPattern(/^[^@\s]+@[^@\s]+$/, { expected: "a mail address" })
    )
  )
})

const replyTo = (standing: InvoiceStanding): typeof Reply.Type => {
  switch (standing.is) {
    case "issued":
      return {
        ...replyOf(told("00", { amount: standing.amount })),
        InvoiceNo: standing.number,
        ...(standing.url !== null && { InvoiceUrl: standing.url })
      }
    case "asked":
      return replyOf(told("P4"))
    case "refused":
      return replyOf({ code: "F3", message: `开票被拒绝(${standing.reason})`.slice(0, 120) })
    case "no such sale":
      return replyOf({ code: "E4", message: words.E4 })
    case "nothing to invoice":
      return replyOf({ code: "E5", message: "没有可开票的金额" })
    case "not offered":
      return replyOf({ code: "F3", message: "门店未开通电子发票" })
  }
}

/** A till asks for the invoice of a ticket; asked again, it hears how far it is. */
export const invoiceCall = call("INVOICE", {
  request: Request,
  reply: Reply,
  answer: ({ BuyerMail, BuyerName, BuyerTaxNo, ...ticket }) =>
    Invoices.use((invoices) =>
      invoices.ask(referenceOf(ticket), {
        ...(BuyerName !== undefined && { name: BuyerName }),
        ...(BuyerTaxNo !== undefined && { taxNo: BuyerTaxNo }),
        ...(BuyerMail !== undefined && { mail: BuyerMail })
      })
    ).pipe(Effect.map((standing) => interim(replyTo(standing))))
})
