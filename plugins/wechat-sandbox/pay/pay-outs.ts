import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import type { WechatKey } from "../credentials.ts"
import { openField } from "../seal.ts"
import { orderOf, type RefundRow, tables } from "../store.ts"
import { decide } from "./decide.ts"
import type { PayOutRequest } from "./fields.ts"
import { orderSubject } from "./payers.ts"
import type { RefundOf } from "./refunds.ts"
import {
  badParameter,
  cannotOpen,
  notAbnormal,
  payOutChanged,
  type Refused,
  refundUnknown
} from "./refusal.ts"

/** Abnormal refunds, paid to another account. */
export class PayOuts extends Context.Service<
  PayOuts,
  {
    /** `key` is WeChat's key that the request named: what is sealed must be sealed for it. */
    apply(
      mchid: string,
      refundId: string,
      request: { readonly body: PayOutRequest; readonly key: WechatKey }
    ): Effect.Effect<RefundOf, Refused>
  }
>()("wechat-sandbox/PayOuts") {
  static readonly layer = Layer.effect(
    PayOuts,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database

      const apply: PayOuts["Service"]["apply"] = Effect.fnUntraced(function* (
        mchid,
        refundId,
        { body, key }
      ) {
        const flaw = flawOf(body, key)
        if (flaw !== undefined) return yield* flaw
        const now = yield* clock.now
        const { refundAfter } = yield* behaviour.settings
        return yield* decide(database, `refunds:${mchid}`, async (sql) => {
          const row = await byRefundId(sql, mchid, refundId)
          const order = row && (await orderOf(sql, mchid, row.out_trade_no))
          if (row === undefined || order === undefined) return refundUnknown()
          if (row.out_refund_no !== body.out_refund_no) return payOutChanged()
          if (row.state !== "ABNORMAL") return notAbnormal()
          const changes = { state: "PROCESSING", end: "SUCCESS", ended_at: null } as const
          await tables(sql)
            .updateTable("sandbox_refunds")
            .set(changes)
            .where("mchid", "=", mchid)
            .where("refund_id", "=", refundId)
            .execute()
          const subject = orderSubject(mchid, row.out_refund_no)
          await agenda.add(sql, { kind: "refund", subject, due: now + refundAfter * 1000 })
          return { row: { ...row, ...changes }, order }
        })
      })
      return PayOuts.of({ apply })
    })
  )
}

/** What a payer's card needs: all of it, and readable with WeChat's key. */
const flawOf = (body: PayOutRequest, key: WechatKey): Refused | undefined => {
  if (body.type === "MERCHANT_BANK_CARD") return undefined
  for (const field of ["bank_type", "bank_account", "real_name"] as const) {
    const value = body[field]
    if (value === undefined) return badParameter(`/${field}`, "此字段为必填项", "")
    if (field !== "bank_type" && openField(key.privateKey, value) === undefined) return cannotOpen()
  }
  return undefined
}

const byRefundId = (sql: Sql, mchid: string, refundId: string): Promise<RefundRow | undefined> =>
  tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("refund_id", "=", refundId)
    .executeTakeFirst()
