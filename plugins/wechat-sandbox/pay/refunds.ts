import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour, type Settings } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { type FaultName, Faults } from "../faults.ts"
import { lives, maxRefunds, type RefundState, refundId } from "../model.ts"
import {
  changeOrder,
  type OrderRow,
  orderOf,
  type RefundRow,
  refundOf,
  refundsOf,
  tables
} from "../store.ts"
import { announceRefund } from "./announce.ts"
import { decide } from "./decide.ts"
import type { RefundRequest } from "./fields.ts"
import { transactionOf } from "./orders.ts"
import { giveBack, orderSubject, splitSubject } from "./payers.ts"
import {
  fullyRefunded,
  merchantBalance,
  notRefundable,
  type Refused,
  refundChanged,
  refundExceeds,
  refundTooLate,
  refundTooSoon,
  refundUnknown,
  tooManyRefunds
} from "./refusal.ts"
import { isPaid } from "./standing.ts"

export interface RefundOf {
  readonly row: RefundRow
  readonly order: OrderRow
}

const path = "/v3/refund/domestic/refunds"

/** Money going back: accepted at once, ended later, told once. */
export class Refunds extends Context.Service<
  Refunds,
  {
    ask(mchid: string, body: RefundRequest): Effect.Effect<RefundOf, Refused>
    find(mchid: string, outRefundNo: string): Effect.Effect<RefundOf, Refused>
  }
>()("wechat-sandbox/Refunds") {
  static readonly layer = Layer.effect(
    Refunds,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults

      const ask = Effect.fnUntraced(function* (mchid: string, body: RefundRequest) {
        const again = yield* database.read((sql) => refundOf(sql, mchid, body.out_refund_no))
        // A repeated request is no refund of its own, so nothing is in store for it.
        const end = again === undefined ? yield* destined : "SUCCESS"
        const now = yield* clock.now
        const settings = yield* behaviour.settings
        return yield* decide(database, `refunds:${mchid}`, async (sql) => {
          const order = await orderFor(sql, mchid, body)
          if (order === undefined || !isPaid(order)) return notRefundable()
          if (order.sub_mchid !== (body.sub_mchid ?? null)) return notRefundable()
          const known = await refundOf(sql, mchid, body.out_refund_no)
          if (known !== undefined)
            return sameRefund(known, body, order) ? { row: known, order } : refundChanged()
          const refusal = unacceptable(order, await refundsOf(sql, order), body, settings, now)
          if (refusal !== undefined) return refusal
          if (end === "refused") return merchantBalance()
          return accept(sql, agenda, order, body, {
            end,
            now,
            due: now + settings.refundAfter * 1000
          })
        })
      })

      /** How the next refund ends. */
      const destined = Effect.gen(function* () {
        for (const [fault, end] of destinies) {
          if ((yield* faults.take(fault, path)) !== undefined) return end
        }
        return "SUCCESS"
      })

      const find = Effect.fnUntraced(function* (mchid: string, outRefundNo: string) {
        const found = yield* database.read((sql) => load(sql, mchid, outRefundNo))
        return found ?? (yield* refundUnknown())
      })

      yield* agenda.handle(
        "refund",
        Effect.fnUntraced(function* (subject) {
          const now = yield* clock.now
          yield* database.write(`refunds:${subject}`, (sql) => end(sql, agenda, subject, now))
          return undefined
        })
      )

      return Refunds.of({ ask, find })
    })
  )
}

const destinies: ReadonlyArray<readonly [FaultName, RefundState | "refused"]> = [
  ["refund-notenough", "refused"],
  ["refund-abnormal", "ABNORMAL"],
  ["refund-closed", "CLOSED"]
]

const orderFor = (sql: Sql, mchid: string, { out_trade_no, transaction_id }: RefundRequest) =>
  transaction_id !== undefined
    ? transactionOf(sql, mchid, transaction_id)
    : orderOf(sql, mchid, out_trade_no ?? "")

const load = async (sql: Sql, mchid: string, outRefundNo: string) => {
  const row = await refundOf(sql, mchid, outRefundNo)
  const order = row && (await orderOf(sql, mchid, row.out_trade_no))
  return row === undefined || order === undefined ? undefined : { row, order }
}

const sameRefund = (row: RefundRow, { amount }: RefundRequest, order: OrderRow) =>
  row.out_trade_no === order.out_trade_no &&
  row.amount === amount.refund &&
  row.total === amount.total

const unacceptable = (
  order: OrderRow,
  earlier: ReadonlyArray<RefundRow>,
  { amount }: RefundRequest,
  { refundPause }: Settings,
  now: number
): Refused | undefined => {
  const given = earlier.reduce((sum, row) => sum + (row.state === "CLOSED" ? 0 : row.amount), 0)
  const last = earlier.at(-1)
  if (amount.total !== order.total) return refundChanged()
  if (now > (order.paid_at ?? 0) + lives.refundUntil) return refundTooLate()
  if (given >= order.total) return fullyRefunded()
  if (given + amount.refund > order.total) return refundExceeds()
  if (earlier.length >= maxRefunds) return tooManyRefunds()
  if (refundPause && last !== undefined && now < last.created_at + lives.refundPause)
    return refundTooSoon()
  return undefined
}

const accept = async (
  sql: Sql,
  agenda: Agenda["Service"],
  order: OrderRow,
  body: RefundRequest,
  { due, end, now }: { due: number; end: RefundState; now: number }
): Promise<RefundOf> => {
  const row: RefundRow = {
    mchid: order.mchid,
    out_refund_no: body.out_refund_no,
    refund_id: refundId(order.mchid, body.out_refund_no, now),
    out_trade_no: order.out_trade_no,
    transaction_id: order.transaction_id ?? "",
    state: "PROCESSING",
    end,
    amount: body.amount.refund,
    total: order.total,
    // A coupon's part goes back with it, in proportion.
    payer_amount: Math.round((body.amount.refund * order.payer_total) / order.total),
    reason: body.reason ?? null,
    notify_url: body.notify_url ?? null,
    created_at: now,
    ended_at: null
  }
  await tables(sql).insertInto("sandbox_refunds").values(row).execute()
  const subject = orderSubject(row.mchid, row.out_refund_no)
  await agenda.add(sql, { kind: "refund", subject, due })
  return { row, order: await changeOrder(sql, order, { state: "REFUND" }) }
}

const end = async (sql: Sql, agenda: Agenda["Service"], subject: string, now: number) => {
  const [mchid, outRefundNo] = splitSubject(subject)
  const found = await load(sql, mchid, outRefundNo)
  if (found?.row.state !== "PROCESSING") return
  const { order, row } = found
  const changes = { state: row.end, ended_at: now }
  await tables(sql)
    .updateTable("sandbox_refunds")
    .set(changes)
    .where("mchid", "=", mchid)
    .where("out_refund_no", "=", outRefundNo)
    .execute()
  if (row.end === "SUCCESS") await giveBack(sql, order, row.payer_amount)
  await announceRefund(sql, agenda, { ...row, ...changes }, order, now)
}
