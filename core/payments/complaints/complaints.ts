import { Clock, Context, Effect, Layer } from "effect"
import { Database } from "../../database/database.ts"
import { Seal } from "../../database/seal.ts"
import type { Fen } from "../../values/money.ts"
import { type Verdict, WechatComplaints } from "../../wechat/pay/complaints/client.ts"
import type { PayFailure } from "../../wechat/pay/errors.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { openField } from "../../wechat/pay/sensitive.ts"
import { Cashier } from "../cashier.ts"
import { Ledger } from "../ledger.ts"
import type { AmountDiffers, NotRefundable, PaymentUnknown, RefundStanding } from "../model.ts"
import { endOf } from "./clocks.ts"
import {
  ComplaintRefused,
  ComplaintUnknown,
  ComplaintUnsure,
  type ListedComplaint,
  NothingToRefund,
  type ReadComplaint
} from "./model.ts"
import {
  actsOf,
  type ComplaintRow,
  complaintOf,
  complaintTables,
  listComplaints,
  type Personal,
  sealedAt
} from "./store.ts"
import { makeTaking } from "./taking.ts"

type Said = Effect.Effect<void, ComplaintUnknown | ComplaintRefused | ComplaintUnsure>

/** What customers complain of to WeChat about their payments, and what our people do about it; who it was is kept. */
export class Complaints extends Context.Service<
  Complaints,
  {
    /** WeChat told us of a complaint: it will be read, with every repeat. */
    notified(merchant: Merchant, id: string): Effect.Effect<void>
    /** Looks for complaints that nobody told us of. */
    readonly look: Effect.Effect<void>
    list(by: {
      readonly state?: ComplaintRow["state"] | undefined
      /** Our number of a payment, WeChat's, or a plugin's reference. */
      readonly about?: string | undefined
    }): Effect.Effect<ReadonlyArray<ListedComplaint>>
    read(
      id: string
    ): Effect.Effect<ReadComplaint, ComplaintUnknown | ComplaintRefused | ComplaintUnsure>
    /** The customer's phone number; that it was asked for is kept. */
    phone(id: string, by: string): Effect.Effect<string | undefined, ComplaintUnknown>
    answer(id: string, by: string, text: string): Said
    /** Tells WeChat that all is settled. */
    complete(id: string, by: string): Said
    judgeRefund(id: string, by: string, verdict: Verdict): Said
    /** Gives money back for a complaint, once: all the customer wants, or `amount`. */
    refund(
      id: string,
      by: string,
      amount?: Fen
    ): Effect.Effect<
      RefundStanding,
      ComplaintUnknown | NothingToRefund | NotRefundable | AmountDiffers | PaymentUnknown
    >
    /** Has WeChat notify a merchant's complaints here. */
    listen(mchid: string): Effect.Effect<void, ComplaintRefused | ComplaintUnsure>
  }
>()("weir/Complaints") {
  static readonly layer = Layer.effect(
    Complaints,
    Effect.gen(function* () {
      const cashier = yield* Cashier
      const database = yield* Database
      const ledger = yield* Ledger
      const merchants = yield* Merchants
      const seal = yield* Seal
      const wechat = yield* WechatComplaints
      const { look, lookThroughAll } = yield* makeTaking

      const load = Effect.fnUntraced(function* (id: string) {
        const row = yield* database.read((sql) => complaintOf(sql, id))
        return row ?? (yield* new ComplaintUnknown({ id }))
      })

      const personal = ({ id, sealed }: ComplaintRow): Personal =>
        JSON.parse(Buffer.from(seal.open(sealed, sealedAt(id))).toString())

      /** Kept before it is done: whoever tried is known, also when nobody heard the answer. */
      const remember = Effect.fnUntraced(function* (complaint: string, by: string, act: string) {
        const at = yield* Clock.currentTimeMillis
        yield* database.write(`complaint:${complaint}`, async (sql) => {
          const row = { complaint, at, by, act }
          await complaintTables(sql).insertInto("weir_complaint_acts").values(row).execute()
        })
      })

      /** Says something to WeChat about a complaint, and reads what it has become. */
      const say = Effect.fnUntraced(function* (
        id: string,
        by: string,
        act: string,
        said: (merchant: Merchant) => Effect.Effect<void, PayFailure>
      ) {
        const row = yield* load(id)
        const merchant = yield* merchants.known(row.merchant)
        yield* remember(id, by, act)
        yield* Effect.mapError(said(merchant), unsaid(id))
        yield* look(row.merchant, id)
      })

      const list: Complaints["Service"]["list"] = (by) =>
        Effect.map(
          database.read((sql) => listComplaints(sql, by)),
          (rows) => rows.map(listed)
        )

      const read = Effect.fnUntraced(function* (id: string) {
        const [row] = yield* database.read((sql) => listComplaints(sql, { id }))
        if (row === undefined) return yield* new ComplaintUnknown({ id })
        const merchant = yield* merchants.known(row.merchant)
        const said = yield* Effect.mapError(wechat.history(merchant, id), unsaid(id))
        const acts = yield* database.read((sql) => actsOf(sql, id))
        const { description = "", detail = "", phone } = personal(row)
        const hasPhone = phone !== undefined
        const fullyRefunded = row.fully_refunded === 1
        return { ...listed(row), detail, description, hasPhone, fullyRefunded, said, acts }
      })

      const phone = Effect.fnUntraced(function* (id: string, by: string) {
        const row = yield* load(id)
        const merchant = yield* merchants.known(row.merchant)
        const sealed = personal(row).phone
        if (sealed === undefined) return undefined
        yield* remember(id, by, "asked for the phone number")
        return openField(merchant, sealed)
      })

      const refund = Effect.fnUntraced(function* (id: string, by: string, wanted?: Fen) {
        const row = yield* load(id)
        const sale = yield* ledger.saleOf(row.out_trade_no ?? "")
        const amount = wanted ?? row.refund_wanted ?? row.amount
        if (sale === undefined || amount === null) return yield* new NothingToRefund({ id })
        const { device, part, plugin, reference, store } = sale.payment
        yield* remember(id, by, `refund of ${amount} fen`)
        const order = { plugin, reference, part, store, device, by, amount }
        const asked = cashier.refund({ ...order, key: `complaint/${id}`, reason: "投诉退款" })
        const since = yield* Clock.currentTimeMillis
        return yield* Effect.timeoutOrElse(asked, {
          duration: "10 seconds",
          orElse: () => Effect.succeed<RefundStanding>({ _tag: "Awaited", outRefundNo: "", since })
        })
      })

      const listen = Effect.fnUntraced(function* (mchid: string) {
        const merchant = yield* merchants.known(mchid)
        const url = `${merchant.notifyUrl}/complaint`
        const known = yield* Effect.mapError(wechat.notifiedAt(merchant), unsaid(mchid))
        if (known === url) return
        yield* Effect.mapError(wechat.notifyAt(merchant, url, known === undefined), unsaid(mchid))
      })

      return Complaints.of({
        notified: ({ mchid }, id) => look(mchid, id),
        look: lookThroughAll,
        list,
        read,
        phone,
        refund,
        listen,
        answer: (id, by, text) => say(id, by, "answered", (m) => wechat.answer(m, id, text)),
        complete: (id, by) => say(id, by, "completed", (m) => wechat.complete(m, id)),
        judgeRefund: (id, by, verdict) =>
          say(id, by, verdict.approve ? "approved the refund" : "rejected the refund", (m) =>
            wechat.judgeRefund(m, id, verdict)
          )
      })
    })
  )
}

const unsaid = (id: string) => (failure: PayFailure) =>
  failure._tag === "PayUnknown"
    ? new ComplaintUnsure({ id })
    : new ComplaintRefused({
        id,
        code: failure._tag === "PayRefused" ? failure.code : failure.reason
      })

type Found = Awaited<ReturnType<typeof listComplaints>>[number]

const listed = (row: Found): ListedComplaint => ({
  id: row.id,
  state: row.state,
  mchid: row.merchant,
  plugin: row.plugin,
  reference: row.reference,
  store: row.store,
  outTradeNo: row.out_trade_no,
  transactionId: row.transaction_id,
  amount: row.amount,
  problem: row.problem,
  refundWanted: row.refund_wanted,
  complainedAt: row.complained_at,
  answerBy: endOf("answer", row) ?? null,
  resolveBy: endOf("resolve", { ...row, state: "pending" }) ?? 0
})
