import type { Sql } from "#core"
import { migration } from "#core"
import { complaintMigrations } from "./pay/complaint-store.ts"
import { platformTables } from "./platform/migrations.ts"
import { shipmentMigrations } from "./platform/shipment-store.ts"

const settings = (sql: Sql) =>
  sql.schema
    .createTable("sandbox_settings")
    .addColumn("name", "varchar(32)", (column) => column.primaryKey())
    .addColumn("value", "text", (column) => column.notNull())
    .execute()

const shoppers = (sql: Sql) =>
  sql.schema
    .createTable("sandbox_shoppers")
    .addColumn("openid", "varchar(64)", (column) => column.primaryKey())
    .addColumn("balance", "bigint", (column) => column.notNull())
    .addColumn("outcome", "varchar(16)", (column) => column.notNull())
    .execute()

const codes = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_codes")
    .addColumn("code", "varchar(32)", (column) => column.primaryKey())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("outcome", "varchar(16)", (column) => column.notNull())
    .addColumn("shown_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint")
    .addColumn("used_by", "varchar(32)")
    .execute()
  await index(sql, "sandbox_codes", ["openid", "shown_at"])
}

const orders = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_orders")
    .addColumn("mchid", "varchar(32)", (column) => column.notNull())
    .addColumn("out_trade_no", "varchar(32)", (column) => column.notNull())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("way", "varchar(16)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("remark", "varchar(255)")
    .addColumn("total", "bigint", (column) => column.notNull())
    .addColumn("payer_total", "bigint", (column) => column.notNull())
    .addColumn("description", "varchar(127)", (column) => column.notNull())
    .addColumn("attach", "varchar(128)")
    .addColumn("notify_url", "varchar(255)")
    .addColumn("device_id", "varchar(32)")
    .addColumn("frozen", "text", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("auth_code", "varchar(32)")
    .addColumn("credential", "varchar(255)")
    .addColumn("transaction_id", "varchar(32)")
    .addColumn("bank_type", "varchar(32)")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("credential_until", "bigint", (column) => column.notNull())
    .addColumn("pay_until", "bigint", (column) => column.notNull())
    .addColumn("typing_until", "bigint", (column) => column.notNull())
    .addColumn("paid_at", "bigint")
    .addPrimaryKeyConstraint("sandbox_orders_key", ["mchid", "out_trade_no"])
    .execute()
  await index(sql, "sandbox_orders", ["transaction_id"])
  await index(sql, "sandbox_orders", ["openid", "created_at"])
  await index(sql, "sandbox_orders", ["way", "state", "created_at"])
}

const refunds = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_refunds")
    .addColumn("mchid", "varchar(32)", (column) => column.notNull())
    .addColumn("out_refund_no", "varchar(64)", (column) => column.notNull())
    .addColumn("refund_id", "varchar(32)", (column) => column.notNull())
    .addColumn("out_trade_no", "varchar(32)", (column) => column.notNull())
    .addColumn("transaction_id", "varchar(32)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("end", "varchar(16)", (column) => column.notNull())
    .addColumn("amount", "bigint", (column) => column.notNull())
    .addColumn("total", "bigint", (column) => column.notNull())
    .addColumn("payer_amount", "bigint", (column) => column.notNull())
    .addColumn("reason", "varchar(80)")
    .addColumn("notify_url", "varchar(255)")
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("ended_at", "bigint")
    .addPrimaryKeyConstraint("sandbox_refunds_key", ["mchid", "out_refund_no"])
    .execute()
  await index(sql, "sandbox_refunds", ["mchid", "out_trade_no"])
}

const notifies = (sql: Sql) =>
  sql.schema
    .createTable("sandbox_notifies")
    .addColumn("id", "varchar(36)", (column) => column.primaryKey())
    .addColumn("mchid", "varchar(32)", (column) => column.notNull())
    .addColumn("event_type", "varchar(32)", (column) => column.notNull())
    .addColumn("original_type", "varchar(32)", (column) => column.notNull())
    .addColumn("summary", "varchar(64)", (column) => column.notNull())
    .addColumn("url", "varchar(255)", (column) => column.notNull())
    .addColumn("resource", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("deliveries", "text", (column) => column.notNull())
    .execute()

const agenda = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_agenda")
    .addColumn("id", "varchar(128)", (column) => column.primaryKey())
    .addColumn("kind", "varchar(16)", (column) => column.notNull())
    .addColumn("subject", "varchar(128)", (column) => column.notNull())
    .addColumn("due_at", "bigint", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .execute()
  await index(sql, "sandbox_agenda", ["due_at"])
}

const chatMarks = (sql: Sql) =>
  sql.schema
    .createTable("sandbox_chat_marks")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("read_to", "bigint", (column) => column.notNull())
    .addColumn("locating", "varchar(16)", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_chat_marks_key", ["appid", "openid"])
    .execute()

const consentAndLogin = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_kept_choices")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("template_id", "varchar(64)", (column) => column.notNull())
    .addColumn("accept", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_kept_choices_key", ["appid", "openid", "template_id"])
    .execute()
  await sql.schema
    .createTable("sandbox_qr_logins")
    .addColumn("uuid", "varchar(32)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("person", "varchar(64)")
    .addColumn("made_at", "bigint", (column) => column.notNull())
    .execute()
  await index(sql, "sandbox_qr_logins", ["made_at"])
}

const reversedAt = (sql: Sql) =>
  sql.schema.alterTable("sandbox_orders").addColumn("reversed_at", "bigint").execute()

const index = (sql: Sql, table: string, columns: ReadonlyArray<string>) =>
  sql.schema
    .createIndex(`${table}_${columns.join("_")}`)
    .on(table)
    .columns([...columns])
    .execute()

const names = ["agenda", "notifies", "refunds", "orders", "codes", "shoppers", "settings"]

const partnerColumns = ["sub_mchid", "sub_appid"]

export const migrations = [
  migration("sandbox_0001_pay", {
    up: async (sql) => {
      for (const create of [settings, shoppers, codes, orders, refunds, notifies, agenda]) {
        await create(sql)
      }
    },
    down: async (sql) => {
      for (const name of names) await sql.schema.dropTable(`sandbox_${name}`).execute()
    }
  }),
  migration("sandbox_0002_platform", platformTables),
  migration("sandbox_0003_phone", {
    up: (sql) => chatMarks(sql),
    down: (sql) => sql.schema.dropTable("sandbox_chat_marks").execute()
  }),
  migration("sandbox_0004_consents_and_qr_logins", {
    up: consentAndLogin,
    down: async (sql) => {
      for (const name of ["qr_logins", "kept_choices"]) {
        await sql.schema.dropTable(`sandbox_${name}`).execute()
      }
    }
  }),
  ...complaintMigrations,
  migration("sandbox_0005_bills", {
    up: reversedAt,
    down: (sql) => sql.schema.alterTable("sandbox_orders").dropColumn("reversed_at").execute()
  }),
  migration("sandbox_0006_partners", {
    up: async (sql) => {
      for (const name of partnerColumns)
        await sql.schema.alterTable("sandbox_orders").addColumn(name, "varchar(32)").execute()
    },
    down: async (sql) => {
      for (const name of partnerColumns)
        await sql.schema.alterTable("sandbox_orders").dropColumn(name).execute()
    }
  }),
  ...shipmentMigrations
]
