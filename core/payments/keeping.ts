import { Effect, Schema } from "effect"
import { takeHeld } from "./counting.ts"
import { Ledger } from "./ledger.ts"
import { paymentOf } from "./rows.ts"
import { askReversal } from "./settle.ts"
import { isHeld } from "./standing.ts"
import type { PaymentRow } from "./store.ts"

/** There is nothing to decide about this payment: its money is not held, or no longer. */
class NotHeld extends Schema.TaggedError<NotHeld>()("NotHeld", {
  number: Schema.String,
  state: Schema.String
}) {
  readonly status = 409
  override readonly message = `No money is held for this: ${this.state}`
}

/** What a person decides about money that is held; who it was stands in the payment's history. */
export const makeKeeping = Effect.gen(function* () {
  const ledger = yield* Ledger

  const decide = (act: "keep" | "give back") =>
    Effect.fnUntraced(function* (number: string, by: string) {
      const known = yield* ledger.saleOf(number)
      const attempt = known?.attempts.find(({ id }) => id === number)
      if (known === undefined || attempt === undefined)
        return yield* new NotHeld({ number, state: "there is no such payment" })
      const stood = yield* ledger.change(number, async (sql, settling, because) => {
        const payment: PaymentRow = await paymentOf(sql, attempt.payment)
        const why = { ...because(act), detail: by }
        if (!isHeld(payment, attempt)) return payment.state
        if (act === "keep") return (await takeHeld(sql, settling, payment, why)).state
        await askReversal(sql, settling, attempt, "surplus", why)
        return "given back"
      })
      if (stood !== "paid" && stood !== "given back")
        return yield* new NotHeld({ number, state: stood })
    })

  return { keep: decide("keep"), giveBack: decide("give back") }
})

export type Keeping = Effect.Success<typeof makeKeeping>
