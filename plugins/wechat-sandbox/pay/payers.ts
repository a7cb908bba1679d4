import { Context, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { WechatClock } from "../clock.ts"
import { lives, type PayerResult, shoppers, transactionId } from "../model.ts"
import { openWindow } from "../platform/messages.ts"
import { personAt } from "../platform/person-at.ts"
import {
  accountOf,
  changeOrder,
  moveBalance,
  type OrderRow,
  orderOf,
  shopperOf,
  tables
} from "../store.ts"
import { announcePayment } from "./announce.ts"
import { credentialIn } from "./middle-page.ts"
import { isOpen, isPayable, standing } from "./standing.ts"
import { balanceBank, cardBank } from "./wire.ts"

export class OrderUnknown extends Schema.TaggedError<OrderUnknown>()("OrderUnknown", {
  number: Schema.String
}) {
  readonly status = 404
  override readonly message = `WeChat has no order ${this.number}`
}

export class NotPayable extends Schema.TaggedError<NotPayable>()("NotPayable", {
  number: Schema.String,
  state: Schema.String
}) {
  readonly status = 409
  override readonly message = `Order ${this.number} does not wait for its payer: ${this.state}`
}

/** The order was made for somebody else; WeChat lets nobody pay in their stead. */
export class OtherPayer extends Schema.TaggedError<OtherPayer>()("OtherPayer", {
  number: Schema.String
}) {
  readonly status = 409
  override readonly message = `Order ${this.number} was made for another payer`
}

export interface Payer {
  readonly openid?: string | undefined
  readonly result?: PayerResult | undefined
  /** What a coupon takes off, in fen. */
  readonly coupon?: number | undefined
}

/** What people do about the payments that wait for them. */
export class Payers extends Context.Service<
  Payers,
  {
    /** By the merchant's number, or by what is in the QR. */
    act(
      number: string,
      payer: Payer
    ): Effect.Effect<OrderRow, OrderUnknown | NotPayable | OtherPayer>
    find(number: string): Effect.Effect<OrderRow, OrderUnknown>
  }
>()("wechat-sandbox/Payers") {
  static readonly layer = Layer.effect(
    Payers,
    Effect.gen(function* () {
      const database = yield* Database
      const clock = yield* WechatClock
      const agenda = yield* Agenda

      const find = Effect.fnUntraced(function* (number: string) {
        const order = yield* database.read((sql) => byNumber(sql, credentialIn(number)))
        return order ?? (yield* new OrderUnknown({ number }))
      })

      const act = Effect.fnUntraced(function* (number: string, payer: Payer) {
        const { mchid, out_trade_no } = yield* find(number)
        const now = yield* clock.now
        const done = yield* database.write(`order:${out_trade_no}`, async (sql) => {
          const found = await orderOf(sql, mchid, out_trade_no)
          if (found === undefined) throw new Error(`Order ${out_trade_no} vanished`)
          const order = standing(found, now)
          if (!isPayable(order, now)) return new NotPayable({ number, state: order.state })
          if (!(await mayPay(sql, order, payer))) return new OtherPayer({ number })
          return react(sql, agenda, order, payer, now)
        })
        return done instanceof NotPayable || done instanceof OtherPayer ? yield* done : done
      })

      yield* agenda.handle(
        "payment",
        Effect.fnUntraced(function* (subject) {
          const [mchid, outTradeNo] = splitSubject(subject)
          const now = yield* clock.now
          yield* database.write(`order:${outTradeNo}`, async (sql) => {
            const order = await orderOf(sql, mchid, outTradeNo)
            // A closed order too: who was at the password page when it closed has paid all the same.
            if (order === undefined || !(isOpen(order) || order.state === "CLOSED")) return
            await collect(sql, agenda, order, {}, now)
          })
          return undefined
        })
      )

      return Payers.of({ act, find })
    })
  )
}

/** What the agenda remembers an order by; numbers may contain a bar, merchants do not. */
export const orderSubject = (mchid: string, outTradeNo: string) => `${mchid}|${outTradeNo}`

export const splitSubject = (subject: string): [mchid: string, outTradeNo: string] => {
  const bar = subject.indexOf("|")
  return [subject.slice(0, bar), subject.slice(bar + 1)]
}

const byNumber = (sql: Sql, number: string) =>
  tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .where((order) =>
      order.or([order("out_trade_no", "=", number), order("credential", "=", number)])
    )
    .executeTakeFirst()

/** Whoever finds an order may pay it, unless it was made for one person. */
const mayPay = async (sql: Sql, order: OrderRow, { openid }: Payer) => {
  if (order.openid === "" || openid === undefined) return true
  return (await personAt(sql, accountOf(order), openid)).openid === order.openid
}

const react = (sql: Sql, agenda: Agenda["Service"], order: OrderRow, payer: Payer, now: number) => {
  switch (payer.result ?? "paid") {
    case "paid":
      return collect(sql, agenda, order, payer, now)
    case "wrongpassword":
      // Not final: the payer types again, and until then nobody else can end it.
      return changeOrder(sql, order, {
        typing_until: Math.max(order.typing_until, now + lives.typing)
      })
    case "cancel":
      return giveUp(sql, order, "用户取消支付")
    case "notenough":
      return giveUp(sql, order, "用户余额不足")
  }
}

/** Only a code payment fails with its payer; an order can be scanned and tried again. */
const giveUp = async (sql: Sql, order: OrderRow, remark: string) =>
  order.state === "USERPAYING"
    ? changeOrder(sql, order, { state: "PAYERROR", remark, typing_until: 0 })
    : order

/** Takes the money: from the balance when it suffices, from a card otherwise. */
export const collect = async (
  sql: Sql,
  agenda: Agenda["Service"],
  order: OrderRow,
  payer: Payer,
  now: number
): Promise<OrderRow> => {
  const { openid, person } = await personAt(
    sql,
    accountOf(order),
    order.openid || payer.openid || shoppers[0].openid
  )
  const payer_total = order.total - Math.min(payer.coupon ?? 0, order.total - 1)
  const shopper = await shopperOf(sql, person)
  const byBalance = shopper !== undefined && shopper.balance >= payer_total
  if (byBalance) await moveBalance(sql, person, -payer_total)
  const paid = await changeOrder(sql, order, {
    state: "SUCCESS",
    remark: null,
    openid,
    payer_total,
    bank_type: byBalance ? balanceBank : cardBank,
    transaction_id: transactionId(order.mchid, order.out_trade_no, now),
    paid_at: now,
    typing_until: 0
  })
  await announcePayment(sql, agenda, paid, now)
  await openWindow(sql, { appid: accountOf(paid), openid }, "pay", now)
  return paid
}

/** Gives money back where it came from. */
export const giveBack = async (sql: Sql, order: OrderRow, amount: number) => {
  if (order.bank_type !== balanceBank) return
  const { person } = await personAt(sql, accountOf(order), order.openid)
  await moveBalance(sql, person, amount)
}
