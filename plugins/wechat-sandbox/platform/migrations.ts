import { sql as raw } from "kysely"
import type { Sql } from "#core"

const people = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_people")
    .addColumn("id", "varchar(64)", (column) => column.primaryKey())
    .addColumn("name", "varchar(64)", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .execute()
  await sql.schema
    .createTable("sandbox_contacts")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("person", "varchar(64)", (column) => column.notNull())
    .addColumn("follows", "integer", (column) => column.notNull())
    .addColumn("followed_at", "bigint", (column) => column.notNull())
    .addColumn("scene", "varchar(32)", (column) => column.notNull())
    .addColumn("qr_scene", "varchar(64)", (column) => column.notNull())
    .addColumn("remark", "varchar(64)", (column) => column.notNull())
    .addColumn("tags", "varchar(255)", (column) => column.notNull())
    .addColumn("blacklisted", "integer", (column) => column.notNull())
    .addColumn("refuses", "integer", (column) => column.notNull())
    .addColumn("session_key", "varchar(32)")
    .addPrimaryKeyConstraint("sandbox_contacts_key", ["appid", "openid"])
    .execute()
  await index(sql, "sandbox_contacts", ["openid"])
  await index(sql, "sandbox_contacts", ["person"])
}

const tokens = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_tokens")
    .addColumn("token", "varchar(191)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("family", "varchar(16)", (column) => column.notNull())
    .addColumn("forced", "integer", (column) => column.notNull())
    .addColumn("issued_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("retired_at", "bigint")
    .execute()
  await index(sql, "sandbox_tokens", ["appid", "family"])
  await sql.schema
    .createTable("sandbox_usage")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("path", "varchar(96)", (column) => column.notNull())
    .addColumn("period", "varchar(8)", (column) => column.notNull())
    .addColumn("used", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_usage_key", ["appid", "path", "period"])
    .execute()
}

const logins = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_logins")
    .addColumn("code", "varchar(64)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("scope", "varchar(32)", (column) => column.notNull())
    .addColumn("snapshot", "integer", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("used_at", "bigint")
    .execute()
  await sql.schema
    .createTable("sandbox_user_tokens")
    .addColumn("access_token", "varchar(191)", (column) => column.primaryKey())
    .addColumn("refresh_token", "varchar(191)", (column) => column.notNull())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("scope", "varchar(32)", (column) => column.notNull())
    .addColumn("snapshot", "integer", (column) => column.notNull())
    .addColumn("expires_at", "bigint", (column) => column.notNull())
    .addColumn("refresh_until", "bigint", (column) => column.notNull())
    .execute()
  await index(sql, "sandbox_user_tokens", ["refresh_token"])
}

const portal = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_tags")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("id", "integer", (column) => column.notNull())
    .addColumn("name", "varchar(64)", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_tags_key", ["appid", "id"])
    .execute()
  await sql.schema
    .createTable("sandbox_qr_codes")
    .addColumn("ticket", "varchar(128)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("permanent", "integer", (column) => column.notNull())
    .addColumn("scene", "varchar(64)", (column) => column.notNull())
    .addColumn("url", "varchar(255)", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("expires_at", "bigint")
    .execute()
  await index(sql, "sandbox_qr_codes", ["appid", "permanent", "scene"])
  await index(sql, "sandbox_qr_codes", ["url"])
  await sql.schema
    .createTable("sandbox_menus")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("id", "varchar(32)", (column) => column.notNull())
    .addColumn("rule", "text")
    .addColumn("buttons", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_menus_key", ["appid", "id"])
    .execute()
  await sql.schema
    .createTable("sandbox_media")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("media_id", "varchar(64)", (column) => column.notNull())
    .addColumn("type", "varchar(16)", (column) => column.notNull())
    .addColumn("permanent", "integer", (column) => column.notNull())
    .addColumn("name", "varchar(191)", (column) => column.notNull())
    .addColumn("content_type", "varchar(96)", (column) => column.notNull())
    .addColumn("bytes", raw`longblob`, (column) => column.notNull())
    .addColumn("facts", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_media_key", ["appid", "media_id"])
    .execute()
  await sql.schema
    .createTable("sandbox_templates")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("template_id", "varchar(64)", (column) => column.notNull())
    .addColumn("kind", "varchar(16)", (column) => column.notNull())
    .addColumn("library_id", "varchar(32)", (column) => column.notNull())
    .addColumn("title", "varchar(64)", (column) => column.notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("example", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_templates_key", ["appid", "template_id"])
    .execute()
}

const chats = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_messages")
    .addColumn("id", "varchar(20)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("way", "varchar(16)", (column) => column.notNull())
    .addColumn("kind", "varchar(32)", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("state", "varchar(32)", (column) => column.notNull())
    .addColumn("client_key", "varchar(64)")
    .addColumn("at", "bigint", (column) => column.notNull())
    .addColumn("place", "bigint", (column) => column.notNull())
    .execute()
  await index(sql, "sandbox_messages", ["appid", "openid", "place"])
  await index(sql, "sandbox_messages", ["openid", "client_key"])
  await sql.schema
    .createTable("sandbox_windows")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("cause", "varchar(16)", (column) => column.notNull())
    .addColumn("opened_at", "bigint", (column) => column.notNull())
    .addColumn("until", "bigint", (column) => column.notNull())
    .addColumn("remaining", "integer")
    .addPrimaryKeyConstraint("sandbox_windows_key", ["appid", "openid", "cause"])
    .execute()
  await sql.schema
    .createTable("sandbox_consents")
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("template_id", "varchar(64)", (column) => column.notNull())
    .addColumn("remaining", "integer", (column) => column.notNull())
    .addColumn("standing", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("sandbox_consents_key", ["appid", "openid", "template_id"])
    .execute()
  await sql.schema
    .createTable("sandbox_mass")
    .addColumn("msg_id", "varchar(20)", (column) => column.primaryKey())
    .addColumn("msg_data_id", "varchar(20)", (column) => column.notNull())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("client_key", "varchar(64)", (column) => column.notNull())
    .addColumn("kind", "varchar(32)", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("audience", raw`longtext`, (column) => column.notNull())
    .addColumn("to_all", "integer", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("at", "bigint", (column) => column.notNull())
    .execute()
  await index(sql, "sandbox_mass", ["appid", "client_key"])
}

const pushes = async (sql: Sql) => {
  await sql.schema
    .createTable("sandbox_pushes")
    .addColumn("id", "varchar(36)", (column) => column.primaryKey())
    .addColumn("appid", "varchar(32)", (column) => column.notNull())
    .addColumn("openid", "varchar(64)", (column) => column.notNull())
    .addColumn("event", "varchar(64)", (column) => column.notNull())
    .addColumn("url", "varchar(255)")
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("salt", "varchar(32)", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("state", "varchar(16)", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("deliveries", "text", (column) => column.notNull())
    .addColumn("reply", "text")
    .execute()
  await index(sql, "sandbox_pushes", ["created_at"])
}

const index = (sql: Sql, table: string, columns: ReadonlyArray<string>) =>
  sql.schema
    .createIndex(`${table}_${columns.join("_")}`)
    .on(table)
    .columns([...columns])
    .execute()

const names = [
  ...["people", "contacts", "tokens", "usage", "logins", "user_tokens"],
  ...["tags", "qr_codes", "menus", "media", "templates"],
  ...["messages", "windows", "consents", "mass", "pushes"]
]

/** The platform's tables: people and accounts, what they say to each other, and what was pushed. */
export const platformTables = {
  up: async (sql: Sql) => {
    for (const create of [people, tokens, logins, portal, chats, pushes]) await create(sql)
  },
  down: async (sql: Sql) => {
    for (const name of names.toReversed()) await sql.schema.dropTable(`sandbox_${name}`).execute()
  }
}
