import { Context, Effect, Layer, Schema } from "effect"
import { beijingDate, Database, rfc3339, type Sql } from "#core"
import { Agenda } from "../agenda.ts"
import { WechatClock } from "../clock.ts"
import type { Merchant } from "../credentials.ts"
import { sealField } from "../seal.ts"
import { type OrderRow, refundsOf, tables } from "../store.ts"
import { announce } from "./announce.ts"
import type { RefundProgressRequest } from "./complaint-fields.ts"
import {
  type ComplaintRow,
  complaintOf,
  complaintTables,
  linesOf,
  type SaidRow,
  urlOf
} from "./complaint-store.ts"
import { decide } from "./decide.ts"
import { Payers } from "./payers.ts"
import { badParameter, complaintOver, complaintUnknown, noUrl } from "./refusal.ts"
import { isPaid } from "./standing.ts"

/** Only what was paid can be complained of. */
class NothingPaid extends Schema.TaggedError<NothingPaid>()("NothingPaid", {
  number: Schema.String
}) {
  readonly status = 409
  override readonly message = `Order ${this.number} was never paid`
}

class NoComplaint extends Schema.TaggedError<NoComplaint>()("NoComplaint", {
  id: Schema.String
}) {
  readonly status = 404
  override readonly message = `There is no complaint ${this.id}`
}

interface Complaining {
  readonly outTradeNo: string
  readonly detail: string
  readonly problem?: ComplaintRow["problem"]
  readonly refund?: number
  readonly phone?: string
  readonly hoursAgo?: number
}

/** What a step changes, and how WeChat names it in the history and the notify. */
interface Step {
  readonly changes: Partial<ComplaintRow>
  readonly operator: string
  readonly type: string
  readonly details: string
  readonly action: string
}

/** What customers complain of, what merchants say to it, and who is told. */
export const makeComplaints = Effect.gen(function* () {
  const agenda = yield* Agenda
  const clock = yield* WechatClock
  const database = yield* Database
  const payers = yield* Payers

  const step = async (sql: Sql, row: ComplaintRow, it: Step, now: number) => {
    const number = (await linesOf(sql, row.id)).length + 1
    const line: SaidRow = {
      id: `${row.id}-${number}`,
      complaint: row.id,
      number,
      operator: it.operator,
      type: it.type,
      details: it.details,
      at: now
    }
    await complaintTables(sql).insertInto("sandbox_complaint_lines").values(line).execute()
    await complaintTables(sql)
      .updateTable("sandbox_complaints")
      .set(it.changes)
      .where("id", "=", row.id)
      .execute()
    const url = await urlOf(sql, row.mchid)
    if (url !== undefined)
      await announce(sql, agenda, {
        mchid: row.mchid,
        event_type: number === 1 ? "COMPLAINT.CREATE" : "COMPLAINT.STATE_CHANGE",
        original_type: "complaint",
        summary: number === 1 ? "产生新投诉" : "投诉单状态变化",
        url,
        resource: JSON.stringify({ complaint_id: row.id, action_type: it.action }),
        subject: line.id,
        at: now
      })
  }

  /** A customer complains of something they paid. */
  const complain = Effect.fnUntraced(function* (it: Complaining) {
    const order = yield* payers.find(it.outTradeNo)
    if (!isPaid(order)) return yield* new NothingPaid({ number: it.outTradeNo })
    const now = (yield* clock.now) - Math.round((it.hoursAgo ?? 0) * 3_600_000)
    return yield* database.write(`complaints:${order.mchid}`, async (sql) => {
      const row = await newComplaint(sql, order, it, now)
      await complaintTables(sql).insertInto("sandbox_complaints").values(row).execute()
      await step(sql, row, user("USER_CREATE_COMPLAINT", it.detail, "CREATE_COMPLAINT"), now)
      return row.id
    })
  })

  /** The customer says more. */
  const insist = Effect.fnUntraced(function* (id: string, text: string) {
    const now = yield* clock.now
    const known = yield* database.write(`complaint:${id}`, async (sql) => {
      const row = await complaintTables(sql)
        .selectFrom("sandbox_complaints")
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const state = row.state === "PENDING" ? "PENDING" : "PROCESSING"
      const said = user("USER_RESPONSE", text, "USER_RESPONSE")
      await step(sql, row, { ...said, changes: { waits: 1, state } }, now)
      return row.id
    })
    return known ?? (yield* new NoComplaint({ id }))
  })

  /** The merchant says or does something about a complaint that is not over. */
  const act = Effect.fnUntraced(function* (mchid: string, id: string, it: Step) {
    const now = yield* clock.now
    return yield* decide(database, `complaint:${id}`, async (sql) => {
      const row = await complaintOf(sql, mchid, id)
      if (row === undefined) return complaintUnknown()
      if (row.state === "PROCESSED") return complaintOver()
      await step(sql, row, it, now)
    })
  })

  const describe = async (sql: Sql, row: ComplaintRow, merchant: Merchant) => {
    const order = await tables(sql)
      .selectFrom("sandbox_orders")
      .selectAll()
      .where("mchid", "=", row.mchid)
      .where("out_trade_no", "=", row.out_trade_no)
      .executeTakeFirst()
    const back = order === undefined ? [] : await refundsOf(sql, order)
    const given = back.reduce((sum, one) => sum + (one.state === "SUCCESS" ? one.amount : 0), 0)
    return complaint(row, merchant, given >= row.amount)
  }

  return {
    complain,
    insist,
    answer: (mchid: string, id: string, text: string) =>
      act(mchid, id, merchant("MERCHANT_RESPONSE", text, { state: "PROCESSING", waits: 0 })),
    complete: (mchid: string, id: string) =>
      act(mchid, id, merchant("MERCHANT_CONFIRM_COMPLETE", "", { state: "PROCESSED", waits: 0 })),
    judge: (mchid: string, id: string, it: RefundProgressRequest) => {
      if (it.action === "APPROVE" && it.launch_refund_day === undefined)
        return Effect.fail(badParameter("/launch_refund_day", "此字段为必填项", ""))
      if (it.action === "REJECT" && it.reject_reason === undefined)
        return Effect.fail(badParameter("/reject_reason", "此字段为必填项", ""))
      const type = it.action === "APPROVE" ? "MERCHANT_APPROVE_REFUND" : "MERCHANT_REJECT_REFUND"
      const changes = { state: "PROCESSING", waits: 0 } as const
      return act(mchid, id, merchant(type, it.reject_reason ?? "", changes))
    },
    get: Effect.fnUntraced(function* (by: Merchant, id: string) {
      const found = yield* database.read(async (sql) => {
        const row = await complaintOf(sql, by.mchid, id)
        return row && describe(sql, row, by)
      })
      return found ?? (yield* complaintUnknown())
    }),
    history: Effect.fnUntraced(function* (mchid: string, id: string) {
      const row = yield* database.read((sql) => complaintOf(sql, mchid, id))
      if (row === undefined) return yield* complaintUnknown()
      const lines = yield* database.read((sql) => linesOf(sql, id))
      const data = lines.map(said)
      return { data, limit: 50, offset: 0, total_count: data.length }
    }),
    list: Effect.fnUntraced(function* (by: Merchant, query: URLSearchParams) {
      const [from, to] = [query.get("begin_date"), query.get("end_date")]
      if (from === null) return yield* badParameter("/begin_date", "此字段为必填项", "", "query")
      if (to === null) return yield* badParameter("/end_date", "此字段为必填项", "", "query")
      const limit = Number(query.get("limit") ?? 10)
      const offset = Number(query.get("offset") ?? 0)
      if (!(limit >= 1 && limit <= 50))
        return yield* badParameter("/limit", "值高于最大值 50", limit, "query")
      return yield* database.read(async (sql) => {
        const rows = (await allOf(sql, by.mchid)).filter(({ complained_at }) => {
          const day = beijingDate(complained_at)
          return day >= from.replaceAll("-", "") && day <= to.replaceAll("-", "")
        })
        const data = []
        for (const row of rows.slice(offset, offset + limit))
          data.push(await describe(sql, row, by))
        return { data, limit, offset, total_count: rows.length }
      })
    }),
    url: Effect.fnUntraced(function* (mchid: string) {
      const url = yield* database.read((sql) => urlOf(sql, mchid))
      return url === undefined ? yield* noUrl() : { mchid, url }
    }),
    setUrl: (mchid: string, url: string) =>
      database.write(`complaints:${mchid}`, async (sql) => {
        const all = complaintTables(sql)
        await all.deleteFrom("sandbox_complaint_urls").where("mchid", "=", mchid).execute()
        await all.insertInto("sandbox_complaint_urls").values({ mchid, url }).execute()
        return { mchid, url }
      })
  }
})

export class Complaints extends Context.Service<
  Complaints,
  Effect.Success<typeof makeComplaints>
>()("wechat-sandbox/Complaints") {
  static readonly layer = Layer.effect(Complaints, makeComplaints)
}

const user = (type: string, details: string, action: string): Step => ({
  changes: { waits: 1 },
  operator: "投诉人",
  type,
  details,
  action
})

const merchant = (type: string, details: string, changes: Partial<ComplaintRow>): Step => ({
  changes,
  operator: "商户",
  type,
  details,
  action: type
})

const allOf = (sql: Sql, mchid: string) =>
  complaintTables(sql)
    .selectFrom("sandbox_complaints")
    .selectAll()
    .where("mchid", "=", mchid)
    .orderBy("complained_at")
    .orderBy("id")
    .execute()

/** WeChat numbers complaints by their day; ours go on counting. */
const newComplaint = async (
  sql: Sql,
  order: OrderRow,
  { detail, phone, problem = "OTHERS", refund }: Complaining,
  now: number
): Promise<ComplaintRow> => {
  const number = (await allOf(sql, order.mchid)).length + 1
  const wanted = problem === "REFUND" ? (refund ?? order.total) : null
  return {
    id: `2002${beijingDate(now)}${order.mchid}${String(number).padStart(6, "0")}`,
    mchid: order.mchid,
    out_trade_no: order.out_trade_no,
    transaction_id: order.transaction_id ?? "",
    amount: order.total,
    openid: order.openid,
    detail,
    problem,
    refund_wanted: wanted,
    phone: phone ?? null,
    state: "PENDING",
    waits: 1,
    complained_at: now
  }
}

const complaint = (row: ComplaintRow, merchant: Merchant, refunded: boolean) => ({
  complaint_id: row.id,
  complaint_time: rfc3339(row.complained_at),
  complaint_detail: row.detail,
  complainted_mchid: row.mchid,
  complaint_state: row.state,
  ...(row.phone === null ? {} : { payer_phone: sealField(merchant.publicKey, row.phone) }),
  payer_openid: row.openid,
  complaint_order_info: [
    { transaction_id: row.transaction_id, out_trade_no: row.out_trade_no, amount: row.amount }
  ],
  complaint_full_refunded: refunded,
  incoming_user_response: row.waits === 1,
  user_complaint_times: 1,
  problem_description: row.problem === "REFUND" ? "申请退款" : "其他问题",
  problem_type: row.problem,
  ...(row.refund_wanted === null ? {} : { apply_refund_amount: row.refund_wanted }),
  user_tag_list: ["TRUSTED"]
})

const said = ({ at, details, id, operator, type }: SaidRow) => ({
  log_id: id,
  operator,
  operate_time: rfc3339(at),
  operate_type: type,
  ...(details === "" ? {} : { operate_details: details })
})
