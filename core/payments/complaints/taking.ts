import { Clock, Duration, Effect, Schema } from "effect"
import { Customers } from "../../customers/customers.ts"
import { Database, type Sql } from "../../database/database.ts"
import { Seal } from "../../database/seal.ts"
import { again, task } from "../../tasks/kind.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { beijingDate } from "../../values/beijing.ts"
import { WechatComplaints } from "../../wechat/pay/complaints/client.ts"
import type { Complaint } from "../../wechat/pay/complaints/wire.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { attemptOf, paymentOf } from "../rows.ts"
import { noteComplained } from "../timeline.ts"
import { nextLook, remind } from "./clocks.ts"
import { type ComplaintRow, complaintOf, type Personal, saveComplaint, sealedAt } from "./store.ts"

const About = Schema.Struct({ id: Schema.String, mchid: Schema.String })
type About = typeof About.Type

/** Reads a complaint from WeChat, keeps it, and looks again when one of its clocks is about to run out; until it is processed. */
const TakeComplaint = task("complaints.take", About)

/** Brings complaints here: told of by a notify, or found when WeChat's list is looked through. */
export const makeTaking = Effect.gen(function* () {
  const complaints = yield* WechatComplaints
  const customers = yield* Customers
  const database = yield* Database
  const merchants = yield* Merchants
  const seal = yield* Seal
  const tasks = yield* Tasks

  const take = Effect.fnUntraced(function* ({ id, mchid }: About) {
    const merchant = yield* merchants.known(mchid)
    const read = yield* Effect.result(complaints.get(merchant, id))
    if (read._tag === "Failure")
      return again(read.failure._tag === "PayRefused" ? "10 minutes" : "1 minute")
    const now = yield* Clock.currentTimeMillis
    const row = yield* keep(mchid, read.success, now)
    const next = nextLook(row, now)
    return next === undefined ? undefined : again(Duration.millis(next - now))
  })

  const keep = (mchid: string, complaint: Complaint, now: number) =>
    database.write(`complaint:${complaint.id}`, async (sql) => {
      const known = await complaintOf(sql, complaint.id)
      const sealed = seal.seal(
        Buffer.from(JSON.stringify(personal(complaint))),
        sealedAt(complaint.id)
      )
      const row = { ...rowOf(mchid, complaint, known, now), sealed }
      await saveComplaint(sql, row, known === undefined)
      if (known === undefined) await note(sql, row)
      await remind(sql, row, now)
      return row
    })

  /** In the timeline of who paid, if that is one of ours. */
  const note = async (sql: Sql, { complained_at, id, out_trade_no }: ComplaintRow) => {
    const attempt = out_trade_no === null ? undefined : await attemptOf(sql, out_trade_no)
    if (attempt === undefined) return
    const payment = await paymentOf(sql, attempt.payment)
    await noteComplained(sql, customers, payment, attempt, id, complained_at)
  }

  /** Has a complaint read now, once, however many want it. */
  const look = Effect.fnUntraced(function* (mchid: string, id: string) {
    const due = yield* Clock.currentTimeMillis
    yield* database.write(`complaint:${id}`, (sql) =>
      tasks.ensure(sql, TakeComplaint, { key: `complaint:${id}`, payload: { id, mchid }, due })
    )
  })

  /** Whether what WeChat lists is as we have it. */
  const isKnown = ({ id, state, waits = false }: Complaint) =>
    Effect.map(
      database.read((sql) => complaintOf(sql, id)),
      (row) =>
        row !== undefined &&
        row.state === stateBy[state] &&
        (row.waits_since !== null) === (waits || state === "PENDING")
    )

  /** Looks through the last days of a merchant, since a notify may be lost and its address may not be ours. */
  const lookThrough = Effect.fnUntraced(function* (merchant: Merchant) {
    const now = yield* Clock.currentTimeMillis
    const days = { from: day(now - Duration.toMillis("3 days")), to: day(now) }
    for (let offset = 0; ; offset += 50) {
      const { data = [], total = 0 } = yield* complaints.list(merchant, days, offset)
      for (const complaint of data)
        if (!(yield* isKnown(complaint))) yield* look(merchant.mchid, complaint.id)
      if (data.length === 0 || offset + data.length >= total) return
    }
  })

  yield* tasks.handle(TakeComplaint, take)
  return {
    look,
    lookThroughAll: Effect.forEach(
      merchants.all,
      (merchant) => Effect.ignore(lookThrough(merchant)),
      { discard: true }
    )
  }
})

const day = (at: number) => beijingDate(at).replace(/(....)(..)(..)/, "$1-$2-$3")

const stateBy = { PENDING: "pending", PROCESSING: "processing", PROCESSED: "processed" } as const

const personal = ({ description, detail, openid, phone }: Complaint): Personal => ({
  ...(detail !== undefined && { detail }),
  ...(description !== undefined && { description }),
  ...(phone !== undefined && { phone }),
  ...(openid !== undefined && { openid })
})

const rowOf = (
  merchant: string,
  { complainedAt, fullyRefunded, id, orders = [], problem, refundWanted, state, waits }: Complaint,
  known: ComplaintRow | undefined,
  now: number
): Omit<ComplaintRow, "sealed"> => ({
  id,
  merchant,
  state: stateBy[state],
  out_trade_no: orders[0]?.outTradeNo ?? null,
  transaction_id: orders[0]?.transactionId ?? null,
  amount: orders[0]?.amount ?? null,
  problem: problem ?? "OTHERS",
  refund_wanted: refundWanted ?? null,
  fully_refunded: fullyRefunded === true ? 1 : 0,
  complained_at: complainedAt,
  waits_since:
    state === "PENDING" ? complainedAt : waits === true ? (known?.waits_since ?? now) : null
})
