import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import type { Merchant } from "../credentials.ts"
import { Faults } from "../faults.ts"
import { codeUrl, lives, type Way } from "../model.ts"
import { changeOrder, type OrderRow, orderOf, tables } from "../store.ts"
import { decide } from "./decide.ts"
import type { CodepayRequest, NativeRequest } from "./fields.ts"
import { orderSubject } from "./payers.ts"
import { orderPaid, orderUnknown, type Refused, reverseInstead } from "./refusal.ts"
import { isOpen, isPaid, reentry, standing } from "./standing.ts"

/** Orders that are brought to their payer and wait: created, asked about, closed. */
export class Orders extends Context.Service<
  Orders,
  {
    native(
      merchant: Merchant,
      body: NativeRequest,
      frozen: string
    ): Effect.Effect<OrderRow, Refused>
    byNumber(mchid: string, outTradeNo: string): Effect.Effect<OrderRow, Refused>
    byTransaction(mchid: string, transactionId: string): Effect.Effect<OrderRow, Refused>
    close(mchid: string, outTradeNo: string): Effect.Effect<void, Refused>
  }
>()("wechat-sandbox/Orders") {
  static readonly layer = Layer.effect(
    Orders,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults

      const native = Effect.fnUntraced(function* (
        merchant: Merchant,
        body: NativeRequest,
        frozen: string
      ) {
        const now = yield* clock.now
        const order = newOrder("native", merchant, body, frozen, now)
        const { out_trade_no } = order
        // A fresh QR takes the place of the older one, which scans no more.
        const shown = {
          credential: codeUrl(merchant.mchid, out_trade_no, now),
          credential_until: now + lives.credential
        }
        return yield* decide(database, `order:${out_trade_no}`, async (sql) => {
          const found = await orderOf(sql, merchant.mchid, out_trade_no)
          if (found === undefined) return insertOrder(sql, { ...order, ...shown })
          const known = standing(found, now)
          return reentry(known, order) ?? changeOrder(sql, known, shown)
        })
      })

      const known = Effect.fnUntraced(function* (order: OrderRow | undefined) {
        if (order === undefined) return yield* orderUnknown()
        return standing(order, yield* clock.now)
      })

      const byNumber = Effect.fnUntraced(function* (mchid: string, outTradeNo: string) {
        return yield* known(yield* database.read((sql) => orderOf(sql, mchid, outTradeNo)))
      })

      const byTransaction = Effect.fnUntraced(function* (mchid: string, transactionId: string) {
        return yield* known(yield* database.read((sql) => transactionOf(sql, mchid, transactionId)))
      })

      const close = Effect.fnUntraced(function* (mchid: string, outTradeNo: string) {
        const now = yield* clock.now
        const { closeUnknown } = yield* behaviour.settings
        const late = yield* faults.take(
          "late",
          `/v3/pay/transactions/out-trade-no/${outTradeNo}/close`
        )
        yield* decide(database, `order:${outTradeNo}`, async (sql) => {
          const found = await orderOf(sql, mchid, outTradeNo)
          if (found === undefined) return closeUnknown ? undefined : orderUnknown()
          const order = standing(found, now)
          if (order.way === "codepay") return reverseInstead()
          if (isPaid(order)) return orderPaid()
          if (!isOpen(order)) return undefined
          await changeOrder(sql, order, { state: "CLOSED" })
          if (late === undefined) return undefined
          const subject = orderSubject(mchid, outTradeNo)
          await agenda.add(sql, { kind: "payment", subject, due: now + lives.lateClose })
        })
      })

      return Orders.of({ native, byNumber, byTransaction, close })
    })
  )
}

/** An order as it begins, whichever way it will reach its payer. */
export const newOrder = (
  way: Way,
  merchant: Merchant,
  body: CodepayRequest | NativeRequest,
  frozen: string,
  now: number
): OrderRow => ({
  mchid: merchant.mchid,
  out_trade_no: body.out_trade_no,
  appid: body.appid,
  way,
  state: "NOTPAY",
  remark: null,
  total: body.amount.total,
  payer_total: body.amount.total,
  description: body.description,
  attach: body.attach ?? null,
  notify_url: "notify_url" in body ? body.notify_url : null,
  device_id: body.scene_info?.device_id ?? null,
  frozen,
  openid: "",
  auth_code: null,
  credential: null,
  transaction_id: null,
  bank_type: null,
  created_at: now,
  credential_until: now + lives.order,
  pay_until: expiry("time_expire" in body ? body.time_expire : undefined) ?? now + lives.order,
  typing_until: 0,
  paid_at: null,
  reversed_at: null
})

const expiry = (time: string | undefined) =>
  time === undefined
    ? undefined
    : Option.getOrUndefined(Option.map(DateTime.make(time), DateTime.toEpochMillis))

export const insertOrder = async (sql: Sql, order: OrderRow): Promise<OrderRow> => {
  await tables(sql).insertInto("sandbox_orders").values(order).execute()
  return order
}

export const transactionOf = (sql: Sql, mchid: string, transactionId: string) =>
  tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("transaction_id", "=", transactionId)
    .executeTakeFirst()
