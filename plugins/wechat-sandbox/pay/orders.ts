import { Context, DateTime, Effect, Layer, Option } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import type { Merchant } from "../credentials.ts"
import { Faults } from "../faults.ts"
import { credentialOf, lives, type OrderWay, type Way } from "../model.ts"
import { isPersonAt } from "../platform/person-at.ts"
import { changeOrder, type OrderRow, orderOf, tables } from "../store.ts"
import { decide } from "./decide.ts"
import type { CodepayRequest, OrderRequest } from "./fields.ts"
import { orderSubject } from "./payers.ts"
import { orderPaid, orderUnknown, type Refused, reverseInstead, wrongOpenid } from "./refusal.ts"
import { isOpen, isPaid, reentry, standing } from "./standing.ts"

/** Orders that are brought to their payer and wait: created, asked about, closed. */
export class Orders extends Context.Service<
  Orders,
  {
    create(
      way: OrderWay,
      merchant: Merchant,
      body: OrderRequest,
      frozen: string
    ): Effect.Effect<OrderRow, Refused>
    /** `sub`: for whom a partner asks. */
    byNumber(
      mchid: string,
      outTradeNo: string,
      sub?: string | null
    ): Effect.Effect<OrderRow, Refused>
    byTransaction(
      mchid: string,
      transactionId: string,
      sub?: string | null
    ): Effect.Effect<OrderRow, Refused>
    close(mchid: string, outTradeNo: string, sub?: string | null): Effect.Effect<void, Refused>
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

      const create = Effect.fnUntraced(function* (
        way: OrderWay,
        merchant: Merchant,
        body: OrderRequest,
        frozen: string
      ) {
        const now = yield* clock.now
        const order = { ...newOrder(way, merchant, body, frozen, now), openid: openidOf(body) }
        const { out_trade_no } = order
        // What is given anew takes the place of the older one, which leads nowhere any more.
        const shown = {
          credential: credentialOf(way, merchant.mchid, out_trade_no, now),
          credential_until: now + (way === "h5" ? lives.h5Url : lives.credential)
        }
        return yield* decide(database, `order:${out_trade_no}`, async (sql) => {
          const found = await orderOf(sql, merchant.mchid, out_trade_no)
          if (found !== undefined) {
            const known = standing(found, now)
            return reentry(known, order) ?? changeOrder(sql, known, shown)
          }
          if (way === "jsapi" && !(await isPersonAt(sql, payerAccount(body), order.openid)))
            return wrongOpenid()
          return insertOrder(sql, { ...order, ...shown })
        })
      })

      const known = Effect.fnUntraced(function* (order: OrderRow | undefined, sub: string | null) {
        if (order === undefined || order.sub_mchid !== sub) return yield* orderUnknown()
        return standing(order, yield* clock.now)
      })

      const byNumber = Effect.fnUntraced(function* (
        mchid: string,
        outTradeNo: string,
        sub: string | null = null
      ) {
        return yield* known(yield* database.read((sql) => orderOf(sql, mchid, outTradeNo)), sub)
      })

      const byTransaction = Effect.fnUntraced(function* (
        mchid: string,
        transactionId: string,
        sub: string | null = null
      ) {
        const found = yield* database.read((sql) => transactionOf(sql, mchid, transactionId))
        return yield* known(found, sub)
      })

      const close = Effect.fnUntraced(function* (
        mchid: string,
        outTradeNo: string,
        sub: string | null = null
      ) {
        const now = yield* clock.now
        const { closeUnknown } = yield* behaviour.settings
        const late = yield* faults.take(
          "late",
          `/v3/pay/transactions/out-trade-no/${outTradeNo}/close`
        )
        yield* decide(database, `order:${outTradeNo}`, async (sql) => {
          const found = await orderOf(sql, mchid, outTradeNo)
          if (found === undefined || found.sub_mchid !== sub)
            return closeUnknown ? undefined : orderUnknown()
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

      return Orders.of({ create, byNumber, byTransaction, close })
    })
  )
}

/** An order as it begins, whichever way it will reach its payer. */
export const newOrder = (
  way: Way,
  merchant: Merchant,
  body: CodepayRequest | OrderRequest,
  frozen: string,
  now: number
): OrderRow => ({
  mchid: merchant.mchid,
  out_trade_no: body.out_trade_no,
  appid: body.sp_appid ?? body.appid ?? "",
  sub_mchid: body.sub_mchid ?? null,
  sub_appid: body.sub_appid ?? null,
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

/** Who is to pay, and at which account they are known so. */
const openidOf = ({ payer }: OrderRequest) =>
  payer?.openid ?? payer?.sub_openid ?? payer?.sp_openid ?? ""

const payerAccount = ({ appid, payer, sp_appid, sub_appid }: OrderRequest) =>
  (payer?.sub_openid === undefined ? (sp_appid ?? appid) : sub_appid) ?? ""

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
