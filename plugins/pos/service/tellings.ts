import { Context, Effect, Layer } from "effect"
import {
  digest,
  type PaymentClosed,
  type PaymentPaid,
  type PaymentReversed,
  type RefundDone
} from "#core"
import { closedTelling, paidTelling, refundedTelling } from "../dialects/house-tellings.ts"
import { Invoices } from "./invoices.ts"
import { Teller } from "./teller.ts"

type Fact<E extends { readonly schema: { readonly Type: unknown } }> = E["schema"]["Type"]

/** Tells the old system what was paid, went back, or will not be paid any more: in order per sale, at least once. */
export class Tellings extends Context.Service<
  Tellings,
  {
    paid(fact: Fact<typeof PaymentPaid>): Effect.Effect<void>
    reversed(fact: Fact<typeof PaymentReversed>): Effect.Effect<void>
    closed(fact: Fact<typeof PaymentClosed>): Effect.Effect<void>
    refunded(fact: Fact<typeof RefundDone>): Effect.Effect<void>
  }
>()("pos/Tellings") {
  static readonly layer = Layer.effect(
    Tellings,
    Effect.gen(function* () {
      const teller = yield* Teller
      const { returned } = yield* Invoices

      /** The first word on something stands: a refund that is done is what was told when it was accepted. */
      const tell: typeof teller.tell = (errand, telling) =>
        teller.tell(errand, telling).pipe(Effect.catchTag("ToldOtherwise", () => Effect.void))

      return Tellings.of({
        paid: ({ amount, outTradeNo, paidAt, transactionId, ...about }) =>
          tell(paidTelling, {
            order: about.reference,
            request: {
              TranCode: "PAID",
              NotifyNo: `${outTradeNo}-P`,
              ...saleOf(about),
              OutTradeNo: outTradeNo,
              TransactionId: transactionId,
              TotalFee: amount,
              PaidTime: paidAt
            }
          }).pipe(Effect.orDie),

        // Where nothing had been taken, the sale is closed, and told so.
        reversed: Effect.fnUntraced(function* ({ amount, outTradeNo, ...about }) {
          if (amount === 0) return
          const order = about.reference
          const NotifyNo = `${outTradeNo}-R`
          const request = {
            TranCode: "REFUNDED",
            NotifyNo,
            ...saleOf(about),
            OutTradeNo: outTradeNo,
            OutRefundNo: NotifyNo,
            RefundFee: amount
          } as const
          yield* Effect.orDie(tell(refundedTelling, { order, request }))
          yield* returned(order, NotifyNo)
        }),

        closed: ({ amount, why, ...about }) => {
          const NotifyNo = `${digest(JSON.stringify([about.reference, about.part]))}-C`
          const request = {
            TranCode: "CLOSED",
            NotifyNo,
            ...saleOf(about),
            TotalFee: amount,
            Why: why
          } as const
          return Effect.orDie(tell(closedTelling, { order: about.reference, request }))
        },

        refunded: Effect.fnUntraced(function* ({
          amount,
          outRefundNo,
          outTradeNo,
          refundId,
          ...about
        }) {
          const order = about.reference
          const request = {
            TranCode: "REFUNDED",
            NotifyNo: outRefundNo,
            ...saleOf(about),
            OutTradeNo: outTradeNo,
            OutRefundNo: outRefundNo,
            RefundId: refundId,
            RefundFee: amount
          } as const
          yield* Effect.orDie(tell(refundedTelling, { order, request }))
          yield* returned(order, outRefundNo)
        })
      })
    })
  )
}

/** A ticket's reference is store, till, business date and ticket; that of a terminal without tickets says nothing to anybody. */
const saleOf = ({ part, reference }: { readonly reference: string; readonly part: string }) => {
  const [StoreNo, PosNo, BusinessDate, TicketNo] = reference.split("/")
  return {
    Reference: reference,
    ...(part !== "" && { Part: part }),
    ...(StoreNo !== undefined &&
      PosNo !== undefined &&
      BusinessDate !== undefined &&
      TicketNo !== undefined && { StoreNo, PosNo, BusinessDate, TicketNo })
  }
}
