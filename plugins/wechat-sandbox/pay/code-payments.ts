import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour, type Settings } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import type { Merchant } from "../credentials.ts"
import { isPaymentCode, lives } from "../model.ts"
import { type CodeRow, changeOrder, codeOf, type OrderRow, orderOf, tables } from "../store.ts"
import { decide } from "./decide.ts"
import type { CodepayRequest } from "./fields.ts"
import { insertOrder, newOrder } from "./orders.ts"
import { collect, giveBack, orderSubject } from "./payers.ts"
import {
  bankError,
  codeInvalid,
  notReversible,
  notWechatCode,
  orderUnknown,
  payerCannotPay,
  payerIsTyping,
  type Refused,
  reversalTooEarly,
  reversalTooLate,
  systemError
} from "./refusal.ts"
import { reentry, standing } from "./standing.ts"

/** What happened to the order; what the till hears of it may be something else. */
interface Charged {
  readonly order: OrderRow
  readonly refusal?: Refused
}

/** Payments by the code on the payer's phone, and undoing them. */
export class CodePayments extends Context.Service<
  CodePayments,
  {
    pay(merchant: Merchant, body: CodepayRequest, frozen: string): Effect.Effect<OrderRow, Refused>
    reverse(mchid: string, outTradeNo: string, sub?: string | null): Effect.Effect<void, Refused>
  }
>()("wechat-sandbox/CodePayments") {
  static readonly layer = Layer.effect(
    CodePayments,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database

      const pay = Effect.fnUntraced(function* (
        merchant: Merchant,
        body: CodepayRequest,
        frozen: string
      ) {
        const now = yield* clock.now
        const { auth_code } = body.payer
        const order = { ...newOrder("codepay", merchant, body, frozen, now), auth_code }
        const charged = yield* decide(database, `order:${order.out_trade_no}`, (sql) =>
          charge(sql, agenda, order, now)
        )
        return charged.refusal === undefined ? charged.order : yield* charged.refusal
      })

      const reverse = Effect.fnUntraced(function* (
        mchid: string,
        outTradeNo: string,
        sub: string | null = null
      ) {
        const now = yield* clock.now
        const settings = yield* behaviour.settings
        yield* decide(database, `order:${outTradeNo}`, async (sql) => {
          const found = await orderOf(sql, mchid, outTradeNo)
          if (found === undefined || found.sub_mchid !== sub)
            return settings.reverseUnknown ? undefined : orderUnknown()
          const order = standing(found, now)
          if (order.state === "REVOKED" || order.state === "CLOSED") return undefined
          const refusal = irreversible(order, settings, now)
          if (refusal !== undefined) return refusal
          if (order.state === "SUCCESS") await giveBack(sql, order, order.payer_total)
          await changeOrder(sql, order, { state: "REVOKED", remark: null, reversed_at: now })
        })
      })

      return CodePayments.of({ pay, reverse })
    })
  )
}

const charge = async (
  sql: Sql,
  agenda: Agenda["Service"],
  order: OrderRow & { readonly auth_code: string },
  now: number
): Promise<Charged | Refused> => {
  const known = await orderOf(sql, order.mchid, order.out_trade_no)
  if (known !== undefined) {
    const refusal = reentry(standing(known, now), order)
    return refusal ?? (known.state === "USERPAYING" ? { order: known } : codeInvalid())
  }
  if (!isPaymentCode(order.auth_code)) return notWechatCode()
  const code = await codeOf(sql, order.auth_code)
  if (code === undefined || !isFresh(code, now)) return codeInvalid()
  await useUp(sql, code, order)
  return present(sql, agenda, await insertOrder(sql, { ...order, openid: code.openid }), code, now)
}

const isFresh = ({ expires_at, outcome, used_by }: CodeRow, now: number) =>
  used_by === null && outcome !== "expired" && (expires_at === null || now < expires_at)

const useUp = (sql: Sql, { code }: CodeRow, { out_trade_no }: OrderRow) =>
  tables(sql)
    .updateTable("sandbox_codes")
    .set({ used_by: out_trade_no })
    .where("code", "=", code)
    .execute()

/** What the phone does when the till presents its code. */
const present = async (
  sql: Sql,
  agenda: Agenda["Service"],
  order: OrderRow,
  { outcome }: CodeRow,
  now: number
): Promise<Charged> => {
  switch (outcome) {
    case "paid":
      return { order: await collect(sql, agenda, order, {}, now) }
    case "systemerror":
      return { order: await collect(sql, agenda, order, {}, now), refusal: systemError() }
    case "expired": // Is never fresh.
    case "userpaying":
      return { order: await changeOrder(sql, order, { state: "USERPAYING" }) }
    case "late": {
      const typing_until = now + lives.lateCode
      const subject = orderSubject(order.mchid, order.out_trade_no)
      await agenda.add(sql, { kind: "payment", subject, due: typing_until })
      return { order: await changeOrder(sql, order, { state: "USERPAYING", typing_until }) }
    }
    case "notenough":
      return { order: await fail(sql, order, "用户余额不足"), refusal: payerCannotPay() }
    case "bankerror":
      return { order: await fail(sql, order, "银行扣款失败"), refusal: bankError() }
  }
}

const fail = (sql: Sql, order: OrderRow, remark: string) =>
  changeOrder(sql, order, { state: "PAYERROR", remark })

/** A payer at the password page is out of the till's reach; a paid order that was refunded in part stays as it is. */
const irreversible = (order: OrderRow, settings: Settings, now: number): Refused | undefined => {
  if (order.way !== "codepay" || order.state === "REFUND") return notReversible()
  if (now >= order.created_at + lives.reversalUntil) return reversalTooLate()
  if (order.state === "USERPAYING" && now < order.typing_until) return payerIsTyping()
  if (!settings.earlyReversal && now < order.created_at + lives.reversalFrom)
    return reversalTooEarly()
  return undefined
}
