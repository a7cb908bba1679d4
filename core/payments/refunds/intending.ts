import { Cause, Clock, Effect, Exit } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { leaveTodo } from "../../tasks/todos.ts"
import { type Fen, formatYuan } from "../../values/money.ts"
import { outRefundNo } from "../../values/numbers.ts"
import { refundBody } from "../../wechat/pay/body.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { AmountDiffers, NotRefundable } from "../model.ts"
import { attemptOf, paymentOf, refundsOf, reversalOf } from "../rows.ts"
import type { Sale } from "../standing.ts"
import { type AttemptRow, type Because, begin, hold, type RefundRow } from "../store.ts"
import { againKey, type Intention, latestOf, leftOf, needsSupervisor, obstacle } from "./rules.ts"
import { SendRefund } from "./tasks.ts"

/** Writes down that money goes back, before anybody is asked for it. */
export const makeIntending = Effect.gen(function* () {
  const database = yield* Database
  const merchants = yield* Merchants
  const tasks = yield* Tasks

  /** The lower of both stores' limits: neither is got round by way of the other. */
  const limitOf = (...stores: ReadonlyArray<string>): Fen | undefined => {
    const limits = stores.map((store) => merchants.storeRules(store).confirmRefundsAbove)
    const known = limits.filter((limit) => limit !== undefined)
    return known.length === 0 ? undefined : (Math.min(...known) as Fen)
  }

  /** Has a refund sent; in the write that lets it go. */
  const letGo = (sql: Sql, { id, payment }: RefundRow, due: number) =>
    tasks.add(sql, SendRefund, {
      key: `refund:${payment}`,
      payload: { outRefundNo: id },
      due
    })

  const add = async (sql: Sql, row: Omit<RefundRow, "version">, because: Because) => {
    const refund = await begin(sql, "refund", row, because)
    if (refund.state === "created") await letGo(sql, refund, because.at)
    else await leaveTodo(sql, confirmTodo(refund))
    return refund
  }

  const requestOf = (
    merchant: Merchant,
    { amount: total, id: outTradeNo }: AttemptRow,
    { amount, reason }: Intention,
    outRefundNo: string
  ) => {
    const notifyUrl = `${merchant.notifyUrl}/refund`
    const order = { outTradeNo, outRefundNo, amount, total, reason, notifyUrl }
    const body = refundBody(merchant, order)
    // All that it says is ours, and bounded.
    if (Exit.isFailure(body)) throw Cause.squash(body.cause)
    return body.value
  }

  /** A store gives back what its own merchant was paid; whichever of that merchant's stores it was. */
  const isElsewhere = (attempt: AttemptRow, sold: string, asked: string) =>
    asked !== sold && merchants.of(asked).mchid !== attempt.merchant

  /**
   * Writes down an intention; the same key is the same refund, until WeChat has closed it: then the same intention goes on under
   * another number.
   */
  const intend = Effect.fnUntraced(function* (sale: Sale, attempt: AttemptRow, it: Intention) {
    const at = yield* Clock.currentTimeMillis
    const { id: payment, plugin, reference, store } = sale.payment
    const merchant = yield* merchants.known(attempt.merchant)
    const written = yield* database.write(`payment:${payment}`, async (sql) => {
      await hold(sql, payment)
      const all = await refundsOf(sql, payment)
      const known = latestOf(all, it.key)
      if (known !== undefined && known.amount !== it.amount) return "differs"
      if (known !== undefined && (known.state !== "closed" || it.undoes)) return known
      const now = (await attemptOf(sql, attempt.id)) ?? attempt
      const own = all.filter((refund) => refund.attempt === attempt.id)
      const reversal = await reversalOf(sql, attempt.id)
      const place = { store, device: sale.payment.device, ...it }
      const why = isElsewhere(now, store, place.store)
        ? "elsewhere"
        : obstacle({ attempt: now, reversal, own, now: at }, it)
      if (why !== undefined) return { why, left: leftOf(now, own) }
      const waits = needsSupervisor(limitOf(store, place.store), own, it)
      const key = known === undefined ? it.key : againKey(known)
      const id = outRefundNo({ plugin, reference: payment, key })
      const row = newRefund(now, { ...place, key }, { id, at, waits })
      const event = known === undefined ? "asked" : "asked again"
      return add(sql, { ...row, request: requestOf(merchant, now, it, id) }, { event, at })
    })
    if (written === "differs") return yield* new AmountDiffers({ reference })
    return "why" in written ? yield* new NotRefundable({ reference, ...written }) : written
  })

  /** The same intention once more, since WeChat has closed `closed` and a person wants it so. */
  const renew = async (sql: Sql, closed: RefundRow, by: string, at: number) => {
    const { plugin } = await paymentOf(sql, closed.payment)
    const key = againKey(closed)
    const id = outRefundNo({ plugin, reference: closed.payment, key })
    const request = JSON.stringify({ ...JSON.parse(closed.request), out_refund_no: id })
    const { version: _, ...same } = { ...closed, ...fresh, id, key, request, asked_at: at }
    const row = { ...same, asked_by: by, confirmed_by: by }
    return add(sql, row, { event: "asked again", detail: by, at })
  }

  return { intend, renew, letGo }
})

const confirmTodo = ({ amount, asked_at: at, device, id, store }: RefundRow) => ({
  kind: "refund.confirm",
  subject: id,
  detail: `A refund of ${formatYuan(amount)} yuan at store ${store}, till ${device}, waits for its supervisor: confirm or decline it`,
  at
})

/** What is not known of a refund that nobody has been asked for. */
const fresh = {
  state: "created",
  refund_id: null,
  detail: null,
  accepted_at: null,
  confirmed_by: null,
  unheard_at: null
} as const

const newRefund = (
  attempt: AttemptRow,
  { amount, by, device, key, store }: Intention,
  { at, id, waits }: { readonly at: number; readonly id: string; readonly waits: boolean }
): Omit<RefundRow, "version" | "request"> => ({
  ...fresh,
  id,
  state: waits ? "waiting" : "created",
  payment: attempt.payment,
  attempt: attempt.id,
  merchant: attempt.merchant,
  key,
  amount,
  asked_at: at,
  store: store ?? null,
  device: device ?? null,
  asked_by: by ?? null
})
