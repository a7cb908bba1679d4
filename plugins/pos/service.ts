import { Context, type Duration, Effect, Layer } from "effect"
import { type Fen, type NotRefundable, type OrderInvalid, Payments } from "#core"
import {
  type Outcome,
  otherWallet,
  outcomeOf,
  returned,
  type Sale,
  told,
  unrefundable,
  walletOf,
  words
} from "./model.ts"

/** Where a sale is looked up: a till's ticket, or whatever stands for one. */
export interface At {
  readonly reference: string
}

/** Gives back part of a sale, at whichever of the chain's tills. */
export interface Return extends At {
  /** The till's own key of this refund. */
  readonly key: string
  readonly amount: Fen
  readonly store: string
  readonly till: string
  readonly cashier?: string
}

/** What a till can do with a sale, in words that all its dialects share. It never fails: a refusal is an outcome. */
export class Sales extends Context.Service<
  Sales,
  {
    /** Collects; resolves when the attempt has ended. */
    collect(sale: Sale): Effect.Effect<Outcome>
    /** What is known of a sale that is under way. */
    standing(at: At): Effect.Effect<Outcome>
    /** What WeChat says of it now. */
    query(at: At): Effect.Effect<Outcome>
    /** Undoes it; resolves when that is certain. */
    reverse(at: At & Pick<Sale, "saidAt">): Effect.Effect<Outcome>
    refund(order: Return): Effect.Effect<Outcome>
    /** A QR for the customer's display. */
    show(
      sale: Omit<Sale, "code">,
      payWithin: Duration.Duration
    ): Effect.Effect<Outcome & { readonly codeUrl?: string }>
  }
>()("pos/Sales") {
  static readonly layer = Layer.effect(
    Sales,
    Effect.gen(function* () {
      const payments = yield* Payments

      const noSuchSale = () => Effect.succeed(told("E4"))
      const notGivenBack = ({ why }: NotRefundable) =>
        Effect.succeed<Outcome>({ code: "E5", message: unrefundable[why] })
      const otherAmount = () => Effect.succeed(told("E3"))
      const malformed = ({ field }: OrderInvalid) =>
        Effect.succeed({ ...told("E1"), message: `${words.E1}(${field})` })

      // It was long on its way, and the till has been told of its reversal since.
      const takenBack = () => Effect.succeed(told("R0"))

      return Sales.of({
        collect: ({ code, till, ...sale }) => {
          const wallet = walletOf(code)
          if (wallet !== "wechat") return Effect.succeed(otherWallet(wallet))
          return payments.collect({ ...sale, code, device: till }).pipe(
            Effect.map(outcomeOf),
            Effect.catchTags({
              AmountDiffers: otherAmount,
              OrderInvalid: malformed,
              Withdrawn: takenBack
            })
          )
        },

        standing: (at) =>
          payments.standing(at).pipe(
            Effect.map(outcomeOf),
            Effect.catchTag("PaymentUnknown", () => Effect.succeed(told("P2")))
          ),

        query: (at) =>
          payments
            .ask(at)
            .pipe(Effect.map(outcomeOf), Effect.catchTag("PaymentUnknown", noSuchSale)),

        reverse: (at) =>
          payments.reverse(at).pipe(
            Effect.map((standing) =>
              // Refused or never taken: either way the till may go on without this money.
              standing._tag === "Refused"
                ? told("R0", { outTradeNo: standing.outTradeNo })
                : outcomeOf(standing)
            ),
            Effect.catchTags({ PaymentUnknown: noSuchSale, NotRefundable: notGivenBack })
          ),

        refund: ({ cashier: by, till: device, ...order }) =>
          payments
            .refund({ ...order, device, ...(by !== undefined && { by }), reason: "门店退款" })
            .pipe(
              Effect.map(returned),
              Effect.catchTags({
                PaymentUnknown: noSuchSale,
                NotRefundable: notGivenBack,
                AmountDiffers: otherAmount
              })
            ),

        show: ({ till, ...sale }, payWithin) =>
          payments.show({ ...sale, device: till, payWithin }).pipe(
            Effect.map(({ codeUrl, standing }) => ({
              ...outcomeOf(standing),
              ...(codeUrl !== undefined && { codeUrl })
            })),
            Effect.catchTags({
              AmountDiffers: otherAmount,
              OrderInvalid: malformed,
              Withdrawn: takenBack
            })
          )
      })
    })
  )
}
