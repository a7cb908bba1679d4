import { entry } from "../plugins/wechat-sandbox/books.ts"
import { standing } from "../plugins/wechat-sandbox/pay/standing.ts"
import type { OrderRow, RefundRow } from "../plugins/wechat-sandbox/store.ts"
import type { History, Rows } from "./invariants/history.ts"
import { Peek } from "./peek.ts"
import type { Ground, Party } from "./party.ts"
import { mark } from "./trace.ts"

/** Work the gateway still means to do, and what it has begun and not ended. */
export interface Pending {
  readonly tasks: ReadonlyArray<{ readonly task_key: string; readonly kind: string; readonly due: number }>
  readonly keys: ReadonlyArray<{ readonly task_key: string; readonly parked_at: number | null }>
  readonly entries: ReadonlyArray<{ readonly operation: string; readonly leased_until: number }>
  /** What WeChat will still do: notifies to deliver, refunds to end. */
  readonly agenda: ReadonlyArray<{ readonly id: string }>
}

const nothing: Rows = { payments: [], attempts: [], reversals: [], refunds: [], history: [], todos: [] }

/** Keeps what both parties' files say, as of now. */
export class Observer {
  readonly #ground: Ground
  readonly #gateway: Peek
  readonly #wechat: Peek
  rows = nothing
  wechat: History["wechat"] = []
  pending: Pending = { tasks: [], keys: [], entries: [], agenda: [] }

  constructor(ground: Ground, gateway: Party<unknown>, wechat: Party<unknown>) {
    this.#ground = ground
    this.#gateway = new Peek(gateway)
    this.#wechat = new Peek(wechat)
  }

  /** Looks again; `false`: nobody has written anything. */
  look(): boolean {
    const ours = this.#gateway.hasChanged()
    const theirs = this.#wechat.hasChanged()
    if (ours) this.#readGateway(this.#gateway)
    if (theirs) this.#readWechat(this.#wechat)
    return ours || theirs
  }

  close(): void {
    this.#gateway.close()
    this.#wechat.close()
  }

  #readGateway(from: Peek): void {
    const known = this.rows.history.length
    this.rows = {
      payments: from.all("weir_payments", "id"),
      attempts: from.all("weir_attempts", "payment, number"),
      reversals: from.all("weir_reversals", "id"),
      refunds: from.all("weir_refunds", "id"),
      history: from.all("weir_history", "rowid"),
      todos: from.all("weir_todos", "kind, subject")
    }
    this.pending = {
      ...this.pending,
      tasks: from.all("weir_tasks", "task_key, sequence"),
      keys: from.all("weir_task_keys", "task_key"),
      entries: from.all("weir_journal", "id")
    }
    for (const { at, event, from, id, subject, to } of this.rows.history.slice(known))
      this.#ground.trace.add(`${subject} ${id}: ${from} → ${to} by ${event} at ${at}`)
  }

  #readWechat(from: Peek): void {
    const orders = from.all<OrderRow>("sandbox_orders", "created_at, out_trade_no")
    const refunds = Map.groupBy(
      from.all<RefundRow>("sandbox_refunds", "created_at, out_refund_no"),
      ({ out_trade_no }) => out_trade_no
    )
    this.wechat = orders.map((order) =>
      entry(standing(order, this.#ground.loop.now), refunds.get(order.out_trade_no) ?? [])
    )
    this.pending = { ...this.pending, agenda: from.all("sandbox_agenda", "id") }
    this.#ground.trace.add(`WeChat's books: ${mark(JSON.stringify(this.wechat))}`)
  }
}
