import { Clock, Effect } from "effect"
import { Customers } from "../../customers/customers.ts"
import { Database, type Sql } from "../../database/database.ts"
import { Events } from "../../tasks/events.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { leaveTodo, settleTodos } from "../../tasks/todos.ts"
import type { RefundStatus } from "../../wechat/pay/wire.ts"
import { aboutPayment, eventKey } from "../counting.ts"
import { RefundDone, RefundFailed } from "../events.ts"
import { Ledger } from "../ledger.ts"
import { attemptOf, paymentOf } from "../rows.ts"
import { type Because, move, type RefundRow, tables } from "../store.ts"
import { noteRefunded, noteRefundFailed } from "../timeline.ts"
import { isOver, isUnderway, isUnsent } from "./rules.ts"
import { FollowRefund } from "./tasks.ts"

/** What becomes of a refund, by WeChat's word or a person's, and who is told. */
export const makeHearing = Effect.gen(function* () {
  const customers = yield* Customers
  const database = yield* Database
  const events = yield* Events
  const ledger = yield* Ledger
  const tasks = yield* Tasks

  const load = (id: string) => database.read((sql) => refundOf(sql, id))

  /** Changes a refund if it is there; whoever waits for its sale looks again. `undefined`: it is none of ours. */
  const change = Effect.fnUntraced(function* <A>(
    outRefundNo: string,
    work: (sql: Sql, refund: RefundRow, at: number) => Promise<A>
  ) {
    const refund = yield* load(outRefundNo)
    if (refund === undefined) return undefined
    const at = yield* Clock.currentTimeMillis
    return yield* ledger.change(refund.attempt, async (sql) => {
      const now = await refundOf(sql, outRefundNo)
      return now && (await work(sql, now, at))
    })
  })

  /** WeChat's word on a refund, from an answer, a query or a notify. */
  const hear = (outRefundNo: string, word: RefundStatus) =>
    change(outRefundNo, async (sql, refund, at) => {
      const wrong = mismatch(refund, word)
      if (wrong !== undefined) await leaveTodo(sql, strange(refund, wrong, at))
      else await obey(sql, refund, word, at)
    })

  const obey = async (sql: Sql, refund: RefundRow, word: RefundStatus, at: number) => {
    const to = stateBy[word.status]
    if (refund.state === to || isOver(refund)) return
    // What is told of it late may be older than what a person has done since.
    if (refund.state === "abnormal" && to === "processing") return
    const changes = { refund_id: word.refundId, accepted_at: refund.accepted_at ?? at }
    const moved = await move(sql, "refund", refund, to, by(`WeChat: ${word.status}`, at), changes)
    if (moved === undefined) return
    await settleTodos(sql, "refund.waits", { prefix: moved.id }, at)
    if (isUnsent(refund) && to !== "closed") await accepted(sql, moved, at)
    if (isUnderway(moved)) await followLater(sql, moved, at)
    if (to === "done") await settleTodos(sql, "refund.failed", { prefix: moved.id }, at)
    if (to === "abnormal") await leaveTodo(sql, unpayable(moved, at))
    if (to === "closed") {
      await leaveTodo(sql, unpayable(moved, at))
      await failed(sql, moved, "CLOSED", at)
    }
  }

  /** Ends a refund that WeChat, or its supervisor, will have nothing to do with. */
  const refuse = async (sql: Sql, refund: RefundRow, why: string, because: Because) => {
    const moved = await move(sql, "refund", refund, "refused", because, { detail: why })
    if (moved === undefined) return
    for (const kind of ["refund.waits", "refund.confirm"])
      await settleTodos(sql, kind, { prefix: moved.id }, because.at)
    await failed(sql, moved, why, because.at)
  }

  const accepted = async (sql: Sql, refund: RefundRow, at: number) => {
    const { attempt, payment } = await originOf(sql, refund)
    await noteRefunded(sql, customers, payment, attempt, refund, at)
    await events.publish(sql, payment.plugin, RefundDone, eventKey(payment), {
      ...aboutPayment(payment, attempt),
      amount: refund.amount,
      outRefundNo: refund.id,
      refundId: refund.refund_id ?? ""
    })
  }

  const failed = async (sql: Sql, refund: RefundRow, why: string, at: number) => {
    const { attempt, payment } = await originOf(sql, refund)
    if (refund.accepted_at !== null)
      await noteRefundFailed(sql, customers, payment, attempt, refund, at)
    await events.publish(sql, payment.plugin, RefundFailed, eventKey(payment), {
      ...aboutPayment(payment, attempt),
      amount: refund.amount,
      outRefundNo: refund.id,
      why
    })
  }

  const followLater = (sql: Sql, { id }: RefundRow, at: number) =>
    tasks.ensure(sql, FollowRefund, {
      key: `refund-query:${id}`,
      payload: { outRefundNo: id },
      due: at + 60_000
    })

  return { load, change, hear, refuse, followLater }
})

export type Hearing = Effect.Success<typeof makeHearing>

const refundOf = (sql: Sql, id: string) =>
  tables(sql).selectFrom("weir_refunds").selectAll().where("id", "=", id).executeTakeFirst()

const originOf = async (sql: Sql, refund: RefundRow) => {
  const payment = await paymentOf(sql, refund.payment)
  const attempt = await attemptOf(sql, refund.attempt)
  if (attempt === undefined) throw new Error(`Refund ${refund.id} is of no attempt`)
  return { payment, attempt }
}

const stateBy = {
  SUCCESS: "done",
  PROCESSING: "processing",
  CLOSED: "closed",
  ABNORMAL: "abnormal"
} as const

const by = (event: string, at: number): Because => ({ event, at })

/** What keeps an authentic word from being about our refund. */
const mismatch = ({ amount, attempt }: RefundRow, word: RefundStatus): string | undefined => {
  if (word.outTradeNo !== attempt) return `of another order, ${word.outTradeNo}`
  if (word.amount.refund !== amount) return `of ${word.amount.refund} fen instead of ${amount}`
  return undefined
}

const strange = ({ id }: RefundRow, wrong: string, at: number) => ({
  kind: "refund.mismatch",
  subject: id,
  detail: `WeChat speaks of a refund ${wrong}; nothing was changed`,
  at
})

const unpayable = ({ id, state }: RefundRow, at: number) => ({
  kind: "refund.failed",
  subject: id,
  detail:
    state === "abnormal"
      ? "The payer's bank does not take a refund (ABNORMAL): pay it to another account, or in the merchant portal"
      : "WeChat could not pay a refund back (CLOSED): the money is still here, and a person must ask for it again",
  at
})
