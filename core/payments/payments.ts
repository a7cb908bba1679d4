import { Context, Effect, Layer } from "effect"
import { Cashier, type RefundOrder, type Shown, type TakenBack } from "./cashier.ts"
import type { Invitation, InviteOrder } from "./inviting.ts"
import type {
  AmountDiffers,
  NotRefundable,
  OrderDiffers,
  OrderInvalid,
  PaymentUnknown,
  Reference,
  RefundStanding,
  Standing,
  Withdrawn
} from "./model.ts"
import type { How, Prepared } from "./preparing.ts"
import type { CodeOrder, QrOrder } from "./sending.ts"
import type { NotShippable, Shipped, Shipping } from "./shipping/model.ts"
import type { Total } from "./totals.ts"

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
    collect(
      order: Own<CodeOrder>
    ): Effect.Effect<Standing, AmountDiffers | OrderInvalid | Withdrawn>
    /** Asks WeChat for a QR that the payer scans. The same order again is the same QR. */
    show(order: Own<QrOrder>): Effect.Effect<Shown, AmountDiffers | OrderInvalid | Withdrawn>
    /**
     * Asks for a payment before anybody has chosen how to pay, and gives an address that leads its payer there, on any device. The same
     * again is the same invitation. Unpaid at its end, it is closed, and `PaymentClosed` tells.
     */
    invite(
      order: Own<InviteOrder>
    ): Effect.Effect<Invitation, AmountDiffers | OrderDiffers | OrderInvalid>
    /**
     * What a client of our own (a page, a mini program, an app) needs to open WeChat's cashier for an invitation. The same way and payer
     * again lead to the same order. Another way, or another payer, first closes what was begun, and waits until WeChat says that it is.
     */
    prepare(
      reference: Own<Reference>,
      how: How
    ): Effect.Effect<Prepared, PaymentUnknown | OrderInvalid>
    /** All parts of a reference together: what was asked, paid, given back, and is left. */
    total(reference: string): Effect.Effect<Total>
    /** What is known now, without asking WeChat. */
    standing(reference: Own<Reference>): Effect.Effect<Standing, PaymentUnknown>
    /** What WeChat says now, if it still has something to say. */
    ask(reference: Own<Reference>): Effect.Effect<Standing, PaymentUnknown>
    /**
     * Undoes a payment and resolves when that is certain. Fails when part of it has been refunded. With `saidAt`, an order that was said
     * before is not collected when it arrives after this.
     */
    reverse(reference: Own<TakenBack>): Effect.Effect<Standing, PaymentUnknown | NotRefundable>
    /** Gives back part or all, once per `key`. Resolves when WeChat has accepted or declined it. */
    refund(
      order: Own<RefundOrder>
    ): Effect.Effect<RefundStanding, PaymentUnknown | NotRefundable | AmountDiffers>
    /**
     * Says what was sent for a payment, where WeChat must know: of what a mini program's order paid, while WeChat asks that mini program
     * for it (发货信息管理). For all else there is nothing to do, and `Needless` says why. Resolves when it is written down, which is
     * `Underway`; the same again says what became of it. Something else, with a later `at`, says it anew, which WeChat takes once for each
     * payment.
     */
    shipped(
      reference: Own<Reference>,
      what: Shipped
    ): Effect.Effect<Shipping, PaymentUnknown | OrderInvalid | NotShippable>
  }
>()("weir/Payments") {
  static readonly layer = (plugin: string) =>
    Layer.effect(
      Payments,
      Effect.map(Cashier, (cashier) =>
        Payments.of({
          collect: (order) => cashier.collect({ ...order, plugin }),
          show: (order) => cashier.show({ ...order, plugin }),
          invite: (order) => cashier.invite({ ...order, plugin }),
          prepare: (reference, how) => cashier.prepare({ ...reference, plugin }, how),
          total: (reference) => cashier.total({ reference, plugin }),
          standing: (reference) => cashier.standing({ ...reference, plugin }),
          ask: (reference) => cashier.ask({ ...reference, plugin }),
          reverse: (reference) => cashier.reverse({ ...reference, plugin }),
          refund: (order) => cashier.refund({ ...order, plugin }),
          shipped: (reference, what) => cashier.shipped({ ...reference, plugin }, what)
        })
      )
    )
}
