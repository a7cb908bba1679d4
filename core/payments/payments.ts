import { Context, Effect, Layer } from "effect"
import { Cashier, type RefundOrder, type Shown } from "./cashier.ts"
import type {
  AmountDiffers,
  NotRefundable,
  PaymentUnknown,
  Reference,
  RefundStanding,
  Standing
} from "./model.ts"
import type { CodeOrder, QrOrder } from "./sending.ts"

type Own<A> = Omit<A, "plugin">

/**
 * Money, for one plugin and its own references. Every call may be made again with the same values and leads to the same end;
 * none of them guesses: what WeChat has not said is `Awaited`.
 */
export class Payments extends Context.Service<
  Payments,
  {
    /**
     * Collects by payment code. Resolves when the attempt has ended, which may take minutes; give up waiting whenever you like, the
     * work goes on. A refused attempt is followed by another when the same reference comes with a new code.
     */
    collect(order: Own<CodeOrder>): Effect.Effect<Standing, AmountDiffers>
    /** Asks WeChat for a QR that the payer scans. The same order again is the same QR. */
    show(order: Own<QrOrder>): Effect.Effect<Shown, AmountDiffers>
    /** What is known now, without asking WeChat. */
    standing(reference: Own<Reference>): Effect.Effect<Standing, PaymentUnknown>
    /** What WeChat says now, if it still has something to say. */
    ask(reference: Own<Reference>): Effect.Effect<Standing, PaymentUnknown>
    /** Undoes a payment and resolves when that is certain. Fails when part of it has been refunded. */
    reverse(reference: Own<Reference>): Effect.Effect<Standing, PaymentUnknown | NotRefundable>
    /** Gives back part or all, once per `key`. Resolves when WeChat has accepted or declined it. */
    refund(
      order: Own<RefundOrder>
    ): Effect.Effect<RefundStanding, PaymentUnknown | NotRefundable | AmountDiffers>
  }
>()("weir/Payments") {
  static readonly layer = (plugin: string) =>
    Layer.effect(
      Payments,
      Effect.map(Cashier, (cashier) =>
        Payments.of({
          collect: (order) => cashier.collect({ ...order, plugin }),
          show: (order) => cashier.show({ ...order, plugin }),
          standing: (reference) => cashier.standing({ ...reference, plugin }),
          ask: (reference) => cashier.ask({ ...reference, plugin }),
          reverse: (reference) => cashier.reverse({ ...reference, plugin }),
          refund: (order) => cashier.refund({ ...order, plugin })
        })
      )
    )
}
