import type { Sql } from "../database/database.ts"
import { createIndex, dropTables, migration } from "../database/migrator.ts"

const customers = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_customers")
    .addColumn("id", "varchar(28)", (column) => column.primaryKey())
    .addColumn("survivor", "varchar(28)", (column) => column.notNull())
    .addColumn("version", "integer", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("erased_at", "bigint")
    .execute()
  await createIndex(sql, "weir_customers", "survivor", ["survivor"])
  await createIndex(sql, "weir_customers", "erased", ["erased_at"])
}

const identities = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_identities")
    .addColumn("pseudonym", "varchar(40)", (column) => column.primaryKey())
    .addColumn("kind", "varchar(16)", (column) => column.notNull())
    .addColumn("within", "varchar(64)", (column) => column.notNull())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("sealed", "blob")
    .addColumn("since", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_identities", "customer", ["customer"])
}

const profiles = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_profiles")
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("field", "varchar(16)", (column) => column.notNull())
    .addColumn("pseudonym", "varchar(40)")
    .addColumn("sealed", "blob", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_profiles_key", ["customer", "field"])
    .execute()
  await createIndex(sql, "weir_profiles", "pseudonym", ["pseudonym", "customer"])
}

const entries = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_entries")
    .addColumn("id", "varchar(40)", (column) => column.primaryKey())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("kind", "varchar(32)", (column) => column.notNull())
    .addColumn("plugin", "varchar(32)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("facts", "blob", (column) => column.notNull())
    .addColumn("words", "blob")
    .addColumn("keep_until", "bigint", (column) => column.notNull())
    .addColumn("open_until", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_entries", "timeline", ["customer", "at", "id"])
  await sql.schema
    .createTable("weir_entry_marks")
    .addColumn("pseudonym", "varchar(40)", (column) => column.notNull())
    .addColumn("entry", "varchar(40)", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_entry_marks_key", ["pseudonym", "entry"])
    .execute()
  await createIndex(sql, "weir_entry_marks", "entry", ["entry"])
}

const consents = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_consents")
    .addColumn("id", "varchar(28)", (column) => column.primaryKey())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("entity", "varchar(64)", (column) => column.notNull())
    .addColumn("purpose", "varchar(32)", (column) => column.notNull())
    .addColumn("given", "integer", (column) => column.notNull())
    .addColumn("place", "varchar(64)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("keep_until", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_consents", "customer", ["customer", "entity", "purpose", "at"])
}

const contacts = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_contacts")
    .addColumn("pseudonym", "varchar(40)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("followed_at", "bigint")
    .addColumn("blocked_at", "bigint")
    .execute()
  await createIndex(sql, "weir_contacts", "appid", ["appid", "pseudonym"])
  await sql.schema
    .createTable("weir_windows")
    .addColumn("pseudonym", "varchar(40)", (column) => column.notNull())
    .addColumn("action", "varchar(16)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("sent", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_windows_key", ["pseudonym", "action"])
    .execute()
  await sql.schema
    .createTable("weir_subscriptions")
    .addColumn("pseudonym", "varchar(40)", (column) => column.notNull())
    .addColumn("template", "varchar(64)", (column) => column.notNull())
    .addColumn("remaining", "integer", (column) => column.notNull())
    .addColumn("lasting", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("weir_subscriptions_key", ["pseudonym", "template"])
    .execute()
}

const changes = async (sql: Sql) => {
  await sql.schema
    .createTable("weir_customer_changes")
    .addColumn("id", "varchar(28)", (column) => column.primaryKey())
    .addColumn("change", "varchar(16)", (column) => column.notNull())
    .addColumn("customer", "varchar(28)", (column) => column.notNull())
    .addColumn("other", "varchar(28)")
    .addColumn("pseudonym", "varchar(40)")
    .addColumn("why", "varchar(64)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await createIndex(sql, "weir_customer_changes", "customer", ["customer"])
  await createIndex(sql, "weir_customer_changes", "pseudonym", ["pseudonym"])
}

const names = [
  "weir_customer_changes",
  "weir_subscriptions",
  "weir_windows",
  "weir_contacts",
  "weir_consents",
  "weir_entry_marks",
  "weir_entries",
  "weir_profiles",
  "weir_identities",
  "weir_customers"
]

export const customerMigrations = [
  migration("customers_0001", {
    up: async (sql) => {
      await customers(sql)
      await identities(sql)
      await profiles(sql)
      await entries(sql)
      await consents(sql)
      await contacts(sql)
      await changes(sql)
    },
    down: (sql) => dropTables(sql, names)
  })
]
