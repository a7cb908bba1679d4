import { Duration, Effect } from "effect"
import { beijingDate, call, final, interim } from "#core"
import type { Outcome } from "../model.ts"
import { Sales } from "../service.ts"
import { Micropay, Qr, Query, Refund, Reply, Reverse, replyOf } from "./house-xml.ts"

interface Ticket {
  readonly StoreNo: string
  readonly PosNo: string
  readonly TicketNo: string
  readonly TranTime: number
  readonly OrigDate?: string
}

/** Tickets restart every day, so the business date belongs to the key. */
const saleKey = ({ OrigDate, PosNo, StoreNo, TicketNo, TranTime }: Ticket) => [
  StoreNo,
  PosNo,
  OrigDate ?? beijingDate(TranTime),
  TicketNo
]

/** Our reference of a ticket. */
export const referenceOf = (ticket: Ticket) => saleKey(ticket).join("/")

const saleOf = (message: typeof Qr.Type) => ({
  store: message.StoreNo,
  till: message.PosNo,
  reference: referenceOf(message),
  amount: message.TotalFee,
  saidAt: message.TranTime,
  title: message.Body || `${message.StoreNo} 门店消费`
})

/** Only what is certain is kept for ever; a refused code may be followed by another under the same ticket. */
const kept = (outcome: Outcome) =>
  outcome.code === "00" ? final(replyOf(outcome)) : interim(replyOf(outcome))

const queryAfter = Duration.seconds(10)

/** An unfinished sale says when to ask again, and nothing that could be taken for a receipt. */
const stillPaying = (outcome: Outcome, waited?: Duration.Duration): typeof Reply.Type => {
  const { code, message } = outcome
  if (code !== "P1" && code !== "P2") return replyOf(outcome)
  return {
    ...replyOf({ code, message }),
    QueryAfter: Duration.toSeconds(queryAfter),
    ...(waited !== undefined && { Waited: Math.floor(Duration.toSeconds(waited)) })
  }
}

const micropay = call("MICROPAY", {
  request: Micropay,
  reply: Reply,
  once: {
    key: saleKey,
    same: ({ TotalFee }) => [TotalFee],
    secrets: ({ AuthCode }) => [AuthCode]
  },
  answer: (message) =>
    Sales.use((sales) => sales.collect({ ...saleOf(message), code: message.AuthCode })).pipe(
      // The sale's own answer must not change when part of it is refunded; a query tells that.
      Effect.map(({ refunded: _, ...outcome }) => kept(outcome))
    ),
  pending: (message, waited) =>
    Sales.use((sales) => sales.standing({ reference: referenceOf(message) })).pipe(
      Effect.map((outcome) => stillPaying(outcome, waited))
    )
})

const query = call("QUERY", {
  request: Query,
  reply: Reply,
  answer: (message) =>
    Sales.use((sales) => sales.query({ reference: referenceOf(message) })).pipe(
      Effect.map((outcome) => interim(stillPaying(outcome)))
    ),
  pending: (message, waited) =>
    Sales.use((sales) => sales.standing({ reference: referenceOf(message) })).pipe(
      Effect.map((outcome) => stillPaying(outcome, waited))
    )
})

const reverse = call("REVERSE", {
  request: Reverse,
  reply: Reply,
  once: {
    key: saleKey,
    same: () => [],
    reopens: (message) => Effect.succeed({ call: "MICROPAY", key: saleKey(message) })
  },
  answer: (message) =>
    Sales.use((sales) =>
      sales.reverse({ reference: referenceOf(message), saidAt: message.TranTime })
    ).pipe(
      // A reversal is never the last word on a ticket: the cashier may scan again under it, and reverse again.
      Effect.map((outcome) => interim(replyOf(outcome)))
    )
})

/** The sale that a refund speaks of: of this till, unless it says otherwise. */
const originalOf = (message: typeof Refund.Type): Ticket => ({
  ...message,
  StoreNo: message.OrigStoreNo ?? message.StoreNo,
  PosNo: message.OrigPosNo ?? message.PosNo,
  TicketNo: message.OrigTicketNo
})

const refund = call("REFUND", {
  request: Refund,
  reply: Reply,
  once: {
    key: ({ OrigDate: _, ...message }) => saleKey(message),
    same: ({ OrigDate = "", OrigPosNo = "", OrigStoreNo = "", OrigTicketNo, RefundFee }) => [
      OrigDate,
      OrigTicketNo,
      RefundFee,
      ...(OrigStoreNo + OrigPosNo === "" ? [] : [OrigStoreNo, OrigPosNo])
    ]
  },
  answer: (message) => {
    const { OrigDate: _, ...own } = message
    return Sales.use((sales) =>
      sales.refund({
        reference: referenceOf(originalOf(message)),
        key: referenceOf(own),
        amount: message.RefundFee,
        store: message.StoreNo,
        till: message.PosNo,
        ...(message.CashierNo !== undefined && { cashier: message.CashierNo })
      })
    ).pipe(Effect.map(kept))
  }
})

/** What a till says in house XML. */
export const houseCalls = [micropay, query, reverse, refund] as const

/** A QR for the customer's display, to be paid within the time a queue is willing to wait. */
export const qrCalls = (payWithin: Duration.Duration) =>
  [
    call("NATIVE", {
      request: Qr,
      reply: Reply,
      once: { key: saleKey, same: ({ TotalFee }) => [TotalFee] },
      answer: (message) =>
        Sales.use((sales) => sales.show(saleOf(message), payWithin)).pipe(
          Effect.map(({ codeUrl, ...outcome }) =>
            interim({
              ...stillPaying(outcome),
              ...(codeUrl !== undefined && { CodeUrl: codeUrl })
            })
          )
        )
    })
  ] as const
