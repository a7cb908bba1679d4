import type { Sql } from "../../database/database.ts"
import type { Logistics } from "../../wechat/shipping.ts"
import type { Shipping } from "./model.ts"

export interface ShipmentRow {
  /** The payment's own number. */
  readonly payment: string
  readonly number: number
  readonly version: number
  /** `unknown`: WeChat was told and has not answered. `replaced`: something sent later counts. */
  readonly state: "waiting" | "unknown" | "told" | "unmanaged" | "replaced" | "refused"
  /** Tells the same from another, without keeping it. */
  readonly mark: string
  readonly kind: Logistics
  /** Of what is sent in parts: whether it is the last. */
  readonly whole: 0 | 1 | null
  readonly shipped_at: number
  /** Its parcels, until WeChat has them. */
  readonly sealed: Uint8Array | null
  readonly tries: number
  readonly tried_at: number | null
  /** WeChat's code, or why it is not told. */
  readonly detail: string | null
  readonly asked_at: number
  readonly ended_at: number | null
}

export type Numbered = Pick<ShipmentRow, "payment" | "number">

type Tables = {
  readonly weir_shipments: ShipmentRow
  readonly weir_trade_managed: {
    readonly appid: string
    readonly managed: 0 | 1
    readonly asked_at: number
  }
}

export const shippingTables = (sql: Sql) => sql.withTables<Tables>()

export const shipmentsOf = (sql: Sql, payment: string): Promise<Array<ShipmentRow>> =>
  shippingTables(sql)
    .selectFrom("weir_shipments")
    .selectAll()
    .where("payment", "=", payment)
    .orderBy("number")
    .execute()

export const beginShipment = async (sql: Sql, row: ShipmentRow): Promise<ShipmentRow> => {
  await shippingTables(sql).insertInto("weir_shipments").values(row).execute()
  return row
}

/** Compare-and-set on the version; `undefined` when somebody else was first. */
export const changeShipment = async (
  sql: Sql,
  row: ShipmentRow,
  changes: Partial<ShipmentRow>
): Promise<ShipmentRow | undefined> => {
  const changed = { ...changes, version: row.version + 1 }
  const { numUpdatedRows } = await shippingTables(sql)
    .updateTable("weir_shipments")
    .set(changed)
    .where("payment", "=", row.payment)
    .where("number", "=", row.number)
    .where("version", "=", row.version)
    .executeTakeFirstOrThrow()
  return Number(numUpdatedRows) === 1 ? { ...row, ...changed } : undefined
}

export const isOpen = ({ state }: ShipmentRow) => state === "waiting" || state === "unknown"

/** Whether `next` is another part of what is sent in parts, and not something else. */
export const goesOn = (row: ShipmentRow, next: Pick<ShipmentRow, "whole">) =>
  row.whole === 0 && next.whole !== null

/** Where the parcels of a shipment belong. */
export const sealedAt = ({ number, payment }: Numbered) =>
  `weir_shipments.sealed:${payment}/${number}`

export const shippingOf = (row: ShipmentRow): Shipping => {
  switch (row.state) {
    case "told":
      return { _tag: "Told", at: row.ended_at ?? row.asked_at }
    case "unmanaged":
      return { _tag: "Needless", why: "unmanaged" }
    case "replaced":
      return { _tag: "Needless", why: "later" }
    case "refused":
      return { _tag: "Refused", detail: row.detail ?? "" }
    default:
      return { _tag: "Underway", since: row.asked_at }
  }
}
