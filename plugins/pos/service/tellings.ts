import { Context, Effect, Layer } from "effect"
import type { PaymentPaid, PaymentReversed, RefundDone } from "#core"
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

        // What had been taken is back; where nothing was, the sale is closed.
        reversed: Effect.fnUntraced(function* ({ amount, outTradeNo, ...about }) {
          const said = { ...saleOf(about), OutTradeNo: outTradeNo }
          const order = about.reference
          if (amount === 0) {
            const NotifyNo = `${outTradeNo}-C`
            const request = {
              TranCode: "CLOSED",
              NotifyNo,
              ...said,
              TotalFee: amount,
              Why: "reversed"
            } as const
            return yield* Effect.orDie(tell(closedTelling, { order, request }))
          }
          const NotifyNo = `${outTradeNo}-R`
          const request = {
            TranCode: "REFUNDED",
            NotifyNo,
            ...said,
            OutRefundNo: NotifyNo,
            RefundFee: amount
          } as const
          yield* Effect.orDie(tell(refundedTelling, { order, request }))
          yield* returned(order, NotifyNo)
        }),

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
