import { Context, Effect, Layer, Schema } from "effect"
import { Database, rfc3339, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { refundStates, tradeStates, tradeTypes } from "./model.ts"
import { standing } from "./pay/standing.ts"
import { type ShipmentRow, shipmentTables } from "./platform/shipment-store.ts"
import { accountOf, type Delivery, type OrderRow, type RefundRow, tables } from "./store.ts"

export const LedgerOrder = Schema.Struct({
  outTradeNo: Schema.String,
  /** Whose order it is; `partner`: who acted for them. */
  mchid: Schema.String,
  partner: Schema.optionalKey(Schema.String),
  /** At which it was made. */
  appid: Schema.String,
  tradeType: Schema.Literals(Object.values(tradeTypes)),
  tradeState: Schema.Literals(Object.keys(tradeStates) as ReadonlyArray<keyof typeof tradeStates>),
  total: Schema.Int,
  openid: Schema.String,
  authCode: Schema.optionalKey(Schema.String),
  transactionId: Schema.optionalKey(Schema.String),
  successTime: Schema.optionalKey(Schema.String),
  /** What its mini program said was sent for it. */
  shipping: Schema.optionalKey(
    Schema.Struct({
      logisticsType: Schema.Int,
      deliveryMode: Schema.Int,
      allDelivered: Schema.Boolean,
      reshipped: Schema.Boolean,
      uploadTime: Schema.String,
      parcels: Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
    })
  ),
  refunds: Schema.Array(
    Schema.Struct({
      outRefundNo: Schema.String,
      refundId: Schema.String,
      amount: Schema.Int,
      status: Schema.Literals(Object.keys(refundStates) as ReadonlyArray<keyof typeof refundStates>)
    })
  )
})

/** WeChat's own record of every order, to check others' against. */
export const Ledger = Schema.Struct({ orders: Schema.Array(LedgerOrder) })

/** Every notify, and what each try to deliver it was answered. */
export const Notifies = Schema.Struct({
  notifies: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      eventType: Schema.String,
      url: Schema.String,
      state: Schema.String,
      deliveries: Schema.Array(
        Schema.Struct({
          at: Schema.String,
          as: Schema.String,
          status: Schema.optionalKey(Schema.Int)
        })
      )
    })
  )
})

export class Books extends Context.Service<
  Books,
  {
    readonly ledger: Effect.Effect<typeof Ledger.Type>
    readonly notifies: Effect.Effect<typeof Notifies.Type>
  }
>()("wechat-sandbox/Books") {
  static readonly layer = Layer.effect(
    Books,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database

      const ledger = Effect.gen(function* () {
        const now = yield* clock.now
        const [orders, refunds, shipments] = yield* database.read(readAll)
        const refundsOf = Map.groupBy(refunds, key)
        const shipmentOf = new Map(shipments.map((row) => [key(row), row]))
        return {
          orders: orders.map((row) =>
            entry(standing(row, now), refundsOf.get(key(row)) ?? [], shipmentOf.get(key(row)))
          )
        }
      })

      const notifies = Effect.map(database.read(readNotifies), (rows) => ({
        notifies: rows.map(({ deliveries, event_type, id, state, url }) => ({
          id,
          eventType: event_type,
          url,
          state,
          deliveries: tries(deliveries)
        }))
      }))

      return Books.of({ ledger, notifies })
    })
  )
}

const key = (row: { readonly mchid: string; readonly out_trade_no: string }) =>
  `${row.mchid}|${row.out_trade_no}`

const readAll = async (sql: Sql) => {
  const orders = tables(sql).selectFrom("sandbox_orders").selectAll()
  const refunds = tables(sql).selectFrom("sandbox_refunds").selectAll()
  return [
    await orders.orderBy("created_at").orderBy("out_trade_no").execute(),
    await refunds.orderBy("created_at").orderBy("out_refund_no").execute(),
    await shipmentTables(sql).selectFrom("sandbox_shipments").selectAll().execute()
  ] as const
}

const readNotifies = (sql: Sql) =>
  tables(sql)
    .selectFrom("sandbox_notifies")
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .execute()

export const entry = (
  order: OrderRow,
  refunds: ReadonlyArray<RefundRow>,
  shipment?: ShipmentRow
): typeof LedgerOrder.Type => ({
  outTradeNo: order.out_trade_no,
  mchid: order.sub_mchid ?? order.mchid,
  ...(order.sub_mchid === null ? {} : { partner: order.mchid }),
  appid: accountOf(order),
  tradeType: tradeTypes[order.way],
  tradeState: order.state,
  total: order.total,
  openid: order.openid,
  ...(order.auth_code === null ? {} : { authCode: order.auth_code }),
  ...(order.transaction_id === null ? {} : { transactionId: order.transaction_id }),
  ...(order.paid_at === null ? {} : { successTime: rfc3339(order.paid_at) }),
  ...(shipment === undefined ? {} : { shipping: shippingOf(shipment) }),
  refunds: refunds.map((row) => ({
    outRefundNo: row.out_refund_no,
    refundId: row.refund_id,
    amount: row.amount,
    status: row.state
  }))
})

const shippingOf = (row: ShipmentRow) => ({
  logisticsType: row.logistics_type,
  deliveryMode: row.delivery_mode,
  allDelivered: row.all_delivered === 1,
  reshipped: row.reshipped === 1,
  uploadTime: rfc3339(row.upload_time),
  parcels: JSON.parse(row.list) as ReadonlyArray<Record<string, unknown>>
})

const tries = (deliveries: string) =>
  (JSON.parse(deliveries) as ReadonlyArray<Delivery>).map((each) => ({
    ...each,
    at: rfc3339(each.at)
  }))
