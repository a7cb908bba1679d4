import { timingSafeEqual } from "node:crypto"
import { Clock, Duration, Effect, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { again, task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { closePayment } from "./counting.ts"
import { invitedTo } from "./invited.ts"
import { Ledger } from "./ledger.ts"
import { AmountDiffers, type Order, OrderDiffers, PaymentUnknown, type Standing } from "./model.ts"
import { invite } from "./placing.ts"
import { paymentOf, saleRows } from "./rows.ts"
import { hasEnded, standing } from "./standing.ts"

/** Somebody is to pay this, whichever way suits their device; they may begin within this time. */
export interface InviteOrder extends Order {
  readonly payWithin: Duration.Duration
}

export interface Invitation {
  /** Leads whoever opens it to the payment, on any device; nobody can guess it. */
  readonly payUrl: string
  readonly standing: Standing
}

const CloseInvitation = task("payments.close", Schema.Struct({ payment: Schema.String }))

/** Asks for payments before anybody has chosen how to pay, and ends what nobody pays. */
export const makeInviting = Effect.fnUntraced(function* (publicUrl: URL) {
  const database = yield* Database
  const ledger = yield* Ledger
  const merchants = yield* Merchants
  const pseudonyms = yield* Pseudonyms
  const tasks = yield* Tasks

  /** Made from the payment's number with a key of this database, so every process knows it and nothing need be kept. */
  const tokenOf = (payment: string) => pseudonyms.of("pay", payment).slice(0, 24)
  const urlOf = (payment: string) =>
    new URL(`/pay/${payment.replace(/-1$/, "")}${tokenOf(payment)}`, publicUrl).href

  const inviteTo = Effect.fnUntraced(function* (order: InviteOrder) {
    const at = yield* Clock.currentTimeMillis
    const { appid, mchid: merchant } = merchants.of(order.store)
    const placed = { ...order, merchant, appid, part: order.part ?? "" }
    const until = at + Duration.toMillis(order.payWithin)
    const invited = yield* database.write(`payment:${order.plugin}:${order.reference}`, (sql) =>
      inviteIn(sql, placed, until, at)
    )
    if (invited.is === "differs") {
      const { reference } = order
      return yield* invited.field === "amount"
        ? new AmountDiffers({ reference })
        : new OrderDiffers({ reference, field: invited.field })
    }
    return { payUrl: urlOf(invited.sale.payment.id), standing: standing(invited.sale) }
  })

  const inviteIn = async (
    sql: Sql,
    order: Parameters<typeof invite>[1],
    until: number,
    at: number
  ) => {
    const invited = await invite(sql, order, until, at)
    if (invited.is === "differs") return invited
    const { id } = invited.payment
    if (invited.isNew)
      await tasks.add(sql, CloseInvitation, {
        key: `close:${id}`,
        payload: { payment: id },
        due: until
      })
    return { is: invited.is, sale: await saleRows(sql, invited.payment) }
  }

  /** Its end: what is still under way ends first, each attempt at its own last moment. */
  const close = Effect.fnUntraced(function* ({ payment: id }: { readonly payment: string }) {
    return yield* ledger.change(id, async (sql, settling, because) => {
      const sale = await saleRows(sql, await paymentOf(sql, id))
      const { expires_at, state } = sale.payment
      if (state !== "open" || expires_at === null) return undefined
      const over = because("expired")
      if (over.at < expires_at) return again(Duration.millis(expires_at - over.at))
      if (sale.attempts.some((attempt) => !hasEnded(attempt))) return again("30 seconds")
      await closePayment(sql, settling, sale.payment, "expired", over)
      return undefined
    })
  })
  yield* tasks.handle(CloseInvitation, close)

  /** Whoever asked for it gives it up before anybody has begun. */
  const giveUp = (payment: string) =>
    ledger.change(payment, async (sql, settling, because) => {
      const sale = await saleRows(sql, await paymentOf(sql, payment))
      if (sale.payment.state !== "open" || !sale.attempts.every(hasEnded)) return
      await closePayment(sql, settling, sale.payment, "given up", because("given up"))
    })

  /** What the last part of an invitation's address leads to. */
  const invited = Effect.fnUntraced(function* (token: string) {
    const [, number = "", proof = ""] = /^([0-9A-Z]{24})([0-9a-f]{24})$/.exec(token) ?? []
    const unknown = new PaymentUnknown({ reference: "" })
    const id = `${number}-1`
    if (proof === "" || !timingSafeEqual(Buffer.from(tokenOf(id)), Buffer.from(proof)))
      return yield* unknown
    const sale = yield* ledger.saleNumbered(id)
    if (sale === undefined) return yield* unknown
    const parts = yield* ledger.parts(sale.payment)
    return invitedTo(sale, parts, urlOf, yield* Clock.currentTimeMillis)
  })

  return { invite: inviteTo, invited, giveUp }
})
