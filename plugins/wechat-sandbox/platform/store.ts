import type { Sql } from "#core"

export interface PersonRow {
  /** Their openid at the service account. */
  readonly id: string
  readonly name: string
  readonly created_at: number
}

/** What a person is to one account. */
export interface ContactRow {
  readonly appid: string
  readonly openid: string
  readonly person: string
  readonly follows: number
  readonly followed_at: number
  readonly scene: string
  /** What was in the QR they followed by; empty: none. */
  readonly qr_scene: string
  readonly remark: string
  /** Ids of tags, as JSON. */
  readonly tags: string
  readonly blacklisted: number
  /** The person has switched this account's messages off. */
  readonly refuses: number
  readonly session_key: string | null
}

export interface TokenRow {
  readonly token: string
  readonly appid: string
  /** The last two are tickets for pages, which are no tokens and live by the same clock. */
  readonly family: "classic" | "stable" | "jsapi" | "wx_card"
  readonly forced: number
  readonly issued_at: number
  readonly expires_at: number
  /** When it dies because a newer one was issued. */
  readonly retired_at: number | null
}

export interface UsageRow {
  readonly appid: string
  readonly path: string
  /** A day in Beijing, or a month. */
  readonly period: string
  readonly used: number
}

export interface LoginRow {
  readonly code: string
  readonly appid: string
  readonly openid: string
  readonly scope: string
  readonly snapshot: number
  readonly expires_at: number
  readonly used_at: number | null
}

export interface UserTokenRow {
  readonly access_token: string
  readonly refresh_token: string
  readonly appid: string
  readonly openid: string
  readonly scope: string
  readonly snapshot: number
  readonly expires_at: number
  readonly refresh_until: number
}

export interface TagRow {
  readonly appid: string
  readonly id: number
  readonly name: string
}

export interface QrRow {
  readonly ticket: string
  readonly appid: string
  readonly permanent: number
  /** `int:7` or `str:table-7`: a number and a text of the same digits are not the same scene. */
  readonly scene: string
  readonly url: string
  readonly created_at: number
  readonly expires_at: number | null
}

export interface MenuRow {
  readonly appid: string
  readonly id: string
  /** For whom; `null`: the menu of everybody else. */
  readonly rule: string | null
  readonly buttons: string
}

export interface MediaRow {
  readonly appid: string
  readonly media_id: string
  readonly type: string
  readonly permanent: number
  readonly name: string
  readonly content_type: string
  readonly bytes: Uint8Array
  /** What else is known of it, as JSON: a video's title, the articles of news. */
  readonly facts: string
  readonly created_at: number
}

export interface TemplateRow {
  readonly appid: string
  readonly template_id: string
  readonly kind: "template" | "subscription"
  readonly library_id: string
  readonly title: string
  readonly content: string
  readonly example: string
  readonly created_at: number
}

/** By which door a message came into the chat: `in` is what the person said, `system` what WeChat says itself. */
export type MessageWay = "in" | "reply" | "custom" | "template" | "subscription" | "mass" | "system"

export interface MessageRow {
  readonly id: string
  readonly appid: string
  readonly openid: string
  readonly way: MessageWay
  readonly kind: string
  /** As it was sent, as JSON. */
  readonly body: string
  /** How its delivery ended, in WeChat's words: `success`, `failed:user block`. */
  readonly state: string
  readonly client_key: string | null
  readonly at: number
  /** Orders what happened in one millisecond. */
  readonly place: number
}

export interface WindowRow {
  readonly appid: string
  readonly openid: string
  readonly cause: string
  readonly opened_at: number
  readonly until: number
  /** `null`: as many as one likes. */
  readonly remaining: number | null
}

export interface ConsentRow {
  readonly appid: string
  readonly openid: string
  readonly template_id: string
  readonly remaining: number
  /** A long-term subscription is not used up. */
  readonly standing: number
}

export interface MassRow {
  readonly msg_id: string
  readonly msg_data_id: string
  readonly appid: string
  readonly client_key: string
  readonly kind: string
  readonly body: string
  /** Openids, as JSON. */
  readonly audience: string
  readonly to_all: number
  readonly state: "SENDING" | "SEND_SUCCESS" | "SEND_FAIL" | "DELETE"
  readonly at: number
}

export interface PushRow {
  readonly id: string
  readonly appid: string
  readonly openid: string
  readonly event: string
  /** Where to, if not where the account's own pushes go. */
  readonly url: string | null
  /** What it says, in clear, as the account has chosen to hear it. */
  readonly body: string
  /** The sixteen bytes an encrypted body begins with: the same at each try, as the body is. */
  readonly salt: string
  readonly created_at: number
  readonly state: "waiting" | "delivered" | "given up"
  readonly tries: number
  /** `PushDelivery[]`, as JSON. */
  readonly deliveries: string
  /** What the account answered at once, in clear. */
  readonly reply: string | null
}

/** One try to push, and what came back; no status: no answer in five seconds. */
export interface PushDelivery {
  readonly at: number
  readonly as: "push" | "duplicate" | "forged" | "lost"
  readonly status?: number
  /** How the answer was understood. */
  readonly said?: "nothing" | "reply" | "malformed"
}

type PlatformTables = {
  readonly sandbox_people: PersonRow
  readonly sandbox_contacts: ContactRow
  readonly sandbox_tokens: TokenRow
  readonly sandbox_usage: UsageRow
  readonly sandbox_logins: LoginRow
  readonly sandbox_user_tokens: UserTokenRow
  readonly sandbox_tags: TagRow
  readonly sandbox_qr_codes: QrRow
  readonly sandbox_menus: MenuRow
  readonly sandbox_media: MediaRow
  readonly sandbox_templates: TemplateRow
  readonly sandbox_messages: MessageRow
  readonly sandbox_windows: WindowRow
  readonly sandbox_consents: ConsentRow
  readonly sandbox_mass: MassRow
  readonly sandbox_pushes: PushRow
}

export const platform = (sql: Sql) => sql.withTables<PlatformTables>()

export const contactOf = (sql: Sql, appid: string, openid: string) =>
  platform(sql)
    .selectFrom("sandbox_contacts")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .executeTakeFirst()

export const contactAt = (sql: Sql, appid: string, person: string) =>
  platform(sql)
    .selectFrom("sandbox_contacts")
    .selectAll()
    .where("person", "=", person)
    .where("appid", "=", appid)
    .executeTakeFirst()

export const changeContact = async (
  sql: Sql,
  contact: ContactRow,
  changes: Partial<ContactRow>
): Promise<ContactRow> => {
  await platform(sql)
    .updateTable("sandbox_contacts")
    .set(changes)
    .where("appid", "=", contact.appid)
    .where("openid", "=", contact.openid)
    .execute()
  return { ...contact, ...changes }
}

/** Counts one more, and says how many there were before. */
export const count = async (sql: Sql, appid: string, path: string, period: string) => {
  const used = await usedOf(sql, appid, path, period)
  const row = { appid, path, period }
  if (used === 0) {
    await platform(sql)
      .deleteFrom("sandbox_usage")
      .where("appid", "=", appid)
      .where("path", "=", path)
      .where("period", "=", period)
      .execute()
    await platform(sql)
      .insertInto("sandbox_usage")
      .values({ ...row, used: 1 })
      .execute()
  } else {
    await platform(sql)
      .updateTable("sandbox_usage")
      .set({ used: used + 1 })
      .where("appid", "=", appid)
      .where("path", "=", path)
      .where("period", "=", period)
      .execute()
  }
  return used
}

export const usedOf = async (sql: Sql, appid: string, path: string, period: string) => {
  const row = await platform(sql)
    .selectFrom("sandbox_usage")
    .select("used")
    .where("appid", "=", appid)
    .where("path", "=", path)
    .where("period", "=", period)
    .executeTakeFirst()
  return row?.used ?? 0
}
