import { entry } from "../plugins/wechat-sandbox/books.ts"
import { standing } from "../plugins/wechat-sandbox/pay/standing.ts"
import type { OrderRow, RefundRow } from "../plugins/wechat-sandbox/store.ts"
import type { History, Rows } from "./invariants/history.ts"
import type { Ground, Party } from "./party.ts"
import { Peek } from "./peek.ts"
import { mark } from "./trace.ts"

/** What both parties still mean to do, and what they have begun and not ended. */
export interface Pending {
  readonly tasks: ReadonlyArray<{ readonly task_key: string; readonly kind: string }>
  readonly parked: ReadonlyArray<{ readonly task_key: string }>
  readonly entries: ReadonlyArray<{ readonly operation: string; readonly leased_until: number }>
  readonly agenda: ReadonlyArray<{ readonly id: string }>
}

/** Keeps what both parties' files say, as of now. */
export class Observer {
  readonly #ground: Ground
  readonly #gateway: Peek
  readonly #wechat: Peek
  #marks = ""
  #books = ""
  rows: Rows = { payments: [], attempts: [], reversals: [], refunds: [], history: [], todos: [] }
  wechat: History["wechat"] = []

  constructor(ground: Ground, gateway: Party<unknown>, wechat: Party<unknown>) {
    this.#ground = ground
    this.#gateway = new Peek(gateway)
    this.#wechat = new Peek(wechat)
  }

  /** Looks again; `false`: nothing has happened to any money. */
  look(): boolean {
    const ours = this.#gateway.hasChanged() && this.#readGateway(this.#gateway)
    const theirs = this.#wechat.hasChanged() && this.#readWechat(this.#wechat)
    return ours || theirs
  }

  get pending(): Pending {
    return {
      tasks: this.#gateway.read("select task_key, kind from weir_tasks order by task_key"),
      parked: this.#gateway.read("select task_key from weir_task_keys where parked_at is not null"),
      entries: this.#gateway.read(
        "select operation, leased_until from weir_journal where answer is null"
      ),
      agenda: this.#wechat.read("select id from sandbox_agenda order by id")
    }
  }

  close(): void {
    this.#gateway.close()
    this.#wechat.close()
  }

  /** Money moves with a row of history, or is left to a person. */
  #readGateway(from: Peek): boolean {
    const [marks] = from.read(
      "select (select max(rowid) from weir_history), (select count(*) from weir_todos)"
    )
    const now = JSON.stringify(marks)
    if (now === this.#marks) return false
    this.#marks = now
    const known = this.rows.history.length
    this.rows = {
      payments: from.read("select * from weir_payments order by id"),
      attempts: from.read("select * from weir_attempts order by payment, number"),
      reversals: from.read("select * from weir_reversals order by id"),
      refunds: from.read("select * from weir_refunds order by id"),
      history: from.read("select * from weir_history order by rowid"),
      todos: from.read("select * from weir_todos order by kind, subject")
    }
    for (const { event, from, id, subject, to } of this.rows.history.slice(known))
      this.#ground.trace.add(`${subject} ${id}: ${from} → ${to} by ${event}`)
    return true
  }

  #readWechat(from: Peek): boolean {
    const orders = from.read<OrderRow>(
      "select * from sandbox_orders order by created_at, out_trade_no"
    )
    const refunds = from.read<RefundRow>(
      "select * from sandbox_refunds order by created_at, out_refund_no"
    )
    const byOrder = Map.groupBy(refunds, ({ out_trade_no }) => out_trade_no)
    const { now } = this.#ground.loop
    const wechat = orders.map((order) =>
      entry(standing(order, now), byOrder.get(order.out_trade_no) ?? [])
    )
    const books = mark(JSON.stringify(wechat))
    if (books === this.#books) return false
    this.#books = books
    this.wechat = wechat
    this.#ground.trace.add(`WeChat's books: ${books}`)
    return true
  }
}
