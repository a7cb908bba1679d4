import { migration, type Sql } from "#core"

/** What a mini program has said of the shipping of an order of its own. */
export interface ShipmentRow {
  readonly transaction_id: string
  readonly appid: string
  readonly mchid: string
  readonly out_trade_no: string
  /** 1 express, 2 city, 3 virtual, 4 pick-up. */
  readonly logistics_type: number
  /** 1 unified, 2 split. */
  readonly delivery_mode: number
  readonly all_delivered: 0 | 1
  /** Its parcels, as JSON. */
  readonly list: string
  readonly upload_time: number
  /** It was said anew once, and cannot be again. */
  readonly reshipped: 0 | 1
}

export const shipmentTables = (sql: Sql) =>
  sql.withTables<{ readonly sandbox_shipments: ShipmentRow }>()

export const shipmentOf = (sql: Sql, transactionId: string) =>
  shipmentTables(sql)
    .selectFrom("sandbox_shipments")
    .selectAll()
    .where("transaction_id", "=", transactionId)
    .executeTakeFirst()

export const saveShipment = async (sql: Sql, row: ShipmentRow): Promise<void> => {
  await shipmentTables(sql)
    .deleteFrom("sandbox_shipments")
    .where("transaction_id", "=", row.transaction_id)
    .execute()
  await shipmentTables(sql).insertInto("sandbox_shipments").values(row).execute()
}

export const shipmentMigrations = [
  migration("sandbox_shipping_0001", {
    up: (sql) =>
      sql.schema
        .createTable("sandbox_shipments")
        .addColumn("transaction_id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("appid", "varchar(32)", (column) => column.notNull())
        .addColumn("mchid", "varchar(32)", (column) => column.notNull())
        .addColumn("out_trade_no", "varchar(32)", (column) => column.notNull())
        .addColumn("logistics_type", "integer", (column) => column.notNull())
        .addColumn("delivery_mode", "integer", (column) => column.notNull())
        .addColumn("all_delivered", "integer", (column) => column.notNull())
        .addColumn("list", "text", (column) => column.notNull())
        .addColumn("upload_time", "bigint", (column) => column.notNull())
        .addColumn("reshipped", "integer", (column) => column.notNull())
        .execute(),
    down: (sql) => sql.schema.dropTable("sandbox_shipments").execute()
  })
]
