import { Duration, Layer, Schema } from "effect"
import {
  BooksBalanced,
  connection,
  definePlugin,
  http,
  kingdee,
  on,
  PaymentClosed,
  PaymentPaid,
  PaymentReversed,
  RefundDone,
  tcp,
  told
} from "#core"
import { bankMis, misFraming } from "./dialects/bank-mis.ts"
import { asReceipt, asSvg } from "./dialects/drawn-qr.ts"
import { houseCalls, qrCalls } from "./dialects/house-calls.ts"
import { invoiceCall } from "./dialects/house-invoice.ts"
import {
  houseErrands,
  houseServer,
  invoiceErrand,
  invoiceQuery
} from "./dialects/house-tellings.ts"
import { houseXml } from "./dialects/house-xml.ts"
import { misCalls } from "./dialects/mis-calls.ts"
import { receivable } from "./dialects/receivable.ts"
import { houseSalesFile } from "./dialects/sales-file.ts"
import { migrations } from "./migrations.ts"
import { walletOf } from "./model.ts"
import { till } from "./play.ts"
import { Invoices } from "./service/invoices.ts"
import { Erp, PostingCodes, Postings } from "./service/postings.ts"
import { Teller } from "./service/teller.ts"
import { Tellings } from "./service/tellings.ts"
import { Sales } from "./service.ts"
import { Slips } from "./store.ts"

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 }))
const Secret = Schema.Redacted(Schema.NonEmptyString)
const Web = Schema.URL.check(
  Schema.makeFilter(({ protocol }) => protocol === "http:" || protocol === "https:", {
    expected: "an http or https address"
  })
)

const tellings = [
  on(PaymentPaid, (fact) => Tellings.use((tellings) => tellings.paid(fact))),
  on(PaymentReversed, (fact) => Tellings.use((tellings) => tellings.reversed(fact))),
  on(PaymentClosed, (fact) => Tellings.use((tellings) => tellings.closed(fact))),
  on(RefundDone, (fact) => Tellings.use((tellings) => tellings.refunded(fact))),
  told("teller", invoiceErrand, ({ RequestNo }, outcome) =>
    Invoices.use((invoices) => invoices.ended(RequestNo, outcome))
  )
]

const postings = [
  on(BooksBalanced, (fact) => Postings.use((postings) => postings.post(fact))),
  told("erp", receivable.audit, ({ number }, outcome) =>
    Postings.use((postings) => postings.audited(number, outcome))
  )
]

/** Store tills: a sale comes in the till's own bytes and is paid by WeChat. */
export const pos = definePlugin({
  name: "pos",

  options: {
    /** What tills sign house XML with. */
    secret: Secret,
    /** Stores with a secret of their own, by store number. */
    secrets: Schema.optional(Schema.Record(Schema.String, Secret)),
    /** How long a QR on the customer's display may be paid; 5 minutes. */
    qrLife: Schema.optional(Schema.Duration),
    /** Terminals of a bank's MIS library: where they connect, and what stands on their slips. */
    mis: Schema.optional(
      Schema.Struct({
        port: Port,
        host: Schema.optional(Schema.String),
        store: Schema.NonEmptyString,
        merchant: Schema.String.check(Schema.isMaxLength(15)),
        terminal: Schema.String.check(Schema.isMaxLength(8))
      })
    ),
    /** Systems that take codes of other wallets, in the same house XML. Without one, such codes are refused. */
    wallets: Schema.optional(
      Schema.Struct({
        alipay: Schema.optional(Schema.URLFromString),
        unionpay: Schema.optional(Schema.URLFromString)
      })
    ),
    /** An old system that is told what was paid, refunded and closed, and makes invoices: in house XML, signed with its own secret. */
    tell: Schema.optional(
      Schema.Struct({ address: Web, secret: Secret, lenient: Schema.optional(Schema.Boolean) })
    ),
    /** The Kingdee K/3 Cloud that is posted a receivable per store and day, once the books of a day balance. */
    erp: Schema.optional(
      Schema.Struct({
        address: Web,
        database: Schema.NonEmptyString,
        user: Schema.NonEmptyString,
        password: Secret,
        codes: PostingCodes
      })
    )
  },

  layer: ({ erp }) =>
    Layer.mergeAll(
      Sales.layer,
      Slips.layer,
      Layer.provideMerge(Tellings.layer, Invoices.layer),
      Postings.layer(erp?.codes)
    ),

  connections: ({ erp, tell }) => [
    connection(
      Erp,
      "erp",
      erp && {
        address: erp.address,
        dialect: kingdee(erp),
        limits: { together: 2 },
        probe: { errand: receivable.find, request: { number: "doctor" } }
      },
      [receivable.save, receivable.submit, receivable.audit]
    ),
    connection(
      Teller,
      "teller",
      tell && {
        address: tell.address,
        dialect: houseServer(tell.secret),
        lenient: tell.lenient ?? false,
        probe: { errand: invoiceQuery, request: { TranCode: "INVOICEQUERY", RequestNo: "doctor" } }
      },
      houseErrands
    )
  ],

  on: ({ erp, tell }) => [
    ...(tell === undefined ? [] : tellings),
    ...(erp === undefined ? [] : postings)
  ],

  inlets: ({ mis, qrLife, secret, secrets, wallets }) => {
    const house = houseXml((store) => secrets?.[store] ?? secret)
    const qr = qrCalls(qrLife ?? Duration.minutes(5))
    const elsewhere = ({ AuthCode = "" }) => {
      const wallet = walletOf(AuthCode)
      return wallet === undefined || wallet === "wechat" ? undefined : wallets?.[wallet]
    }
    return [
      http<Sales | Invoices>("/xml", house, [...houseCalls, invoiceCall], { elsewhere }),
      http("/qr", house, qr),
      http("/qr.svg", asSvg(house), qr),
      http("/qr.escpos", asReceipt(house), qr),
      ...(mis === undefined ? [] : [tcp({ ...mis, framing: misFraming }, bankMis, misCalls(mis))])
    ]
  },

  sales: houseSalesFile,
  migrations,
  play: till
})
