import { Effect } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { settleTodos } from "../../tasks/todos.ts"
import { WechatPay } from "../../wechat/pay/client.ts"
import type { PayFailure } from "../../wechat/pay/errors.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import type { PayOut } from "../../wechat/pay/pay-out.ts"
import { refundsOf } from "../rows.ts"
import { move, type RefundRow } from "../store.ts"
import type { Hearing } from "./hearing.ts"
import type { makeIntending } from "./intending.ts"
import { listRefunds } from "./listing.ts"
import { NotPaidOut, RefundElsewhere, RefundUnknown } from "./model.ts"
import { againKey, latestOf } from "./rules.ts"

/** What a person does about a refund; who it was stands in its history. */
export const makeActs = Effect.fnUntraced(function* (
  { letGo, renew: begin }: Effect.Success<typeof makeIntending>,
  { change, followLater, hear, load, refuse }: Hearing
) {
  const database = yield* Database
  const merchants = yield* Merchants
  const pay = yield* WechatPay

  /** Does something to a refund that stands where it must; twice the same changes nothing the second time. */
  const act = Effect.fnUntraced(function* (
    number: string,
    state: RefundRow["state"],
    work: (sql: Sql, refund: RefundRow, at: number) => Promise<unknown>
  ) {
    const stood = yield* change(number, async (sql, refund, at) => {
      if (refund.state === state) await work(sql, refund, at)
      return refund.state
    })
    if (stood === undefined) return yield* new RefundUnknown({ number })
    if (stood !== state) return yield* new RefundElsewhere({ number, state: stood, must: state })
  })

  const confirm = (number: string, by: string) =>
    act(number, "waiting", async (sql, refund, at) => {
      const because = { event: "confirmed", detail: by, at }
      const moved = await move(sql, "refund", refund, "created", because, { confirmed_by: by })
      if (moved === undefined) return
      await settleTodos(sql, "refund.confirm", { prefix: number }, at)
      await letGo(sql, moved, at)
    })

  const decline = (number: string, by: string) =>
    act(number, "waiting", (sql, refund, at) =>
      refuse(sql, refund, declined, { event: "declined", detail: by, at })
    )

  /** Asks for the same money once more, under another number, which is given back. */
  const renew = Effect.fnUntraced(function* (number: string, by: string) {
    let next = number
    yield* act(number, "closed", async (sql, refund, at) => {
      const known = latestOf(await refundsOf(sql, refund.payment), againKey(refund))
      next = (known ?? (await begin(sql, refund, by, at))).id
      await settleTodos(sql, "refund.failed", { prefix: number }, at)
    })
    return next
  })

  /**
   * Has WeChat pay an ABNORMAL refund to another account. Written down before it is asked; what is said of the account goes to WeChat,
   * sealed, and is kept nowhere.
   */
  const payOut = Effect.fnUntraced(function* (number: string, by: string, to: PayOut) {
    yield* act(number, "abnormal", async (sql, refund, at) => {
      const event = `paid out: ${to.to}`
      const moved = await move(sql, "refund", refund, "processing", { event, detail: by, at })
      if (moved !== undefined) await followLater(sql, moved, at)
    })
    const refund = yield* load(number)
    if (refund?.refund_id == null) return
    const merchant = yield* merchants.known(refund.merchant)
    yield* pay.payOut(merchant, { outRefundNo: number, refundId: refund.refund_id, to }).pipe(
      Effect.flatMap((word) => hear(number, word)),
      Effect.catchTag("PayUnknown", () => Effect.void),
      Effect.catch((failure) => notPaidOut(number, failure))
    )
  })

  const notPaidOut = Effect.fnUntraced(function* (number: string, failure: PayFailure) {
    const code = failure._tag === "PayRefused" ? failure.code : failure.reason
    yield* change(number, async (sql, refund, at) => {
      const because = { event: "not paid out", detail: code, at }
      if (refund.state === "processing") await move(sql, "refund", refund, "abnormal", because)
    })
    const field = failure._tag === "PayRefused" ? failure.field : undefined
    return yield* new NotPaidOut({ number, code, ...(field !== undefined && { field }) })
  })

  const list = (state?: RefundRow["state"]) => database.read((sql) => listRefunds(sql, state))

  return { confirm, decline, renew, payOut, list }
})

/** Why a refund was refused that no one at WeChat has ever heard of. */
const declined = "SUPERVISOR_DECLINED"
