import { Duration } from "effect"
import type { Sql } from "#core"
import { type Cause, platformLives, windows } from "./model.ts"
import { type MessageRow, platform } from "./store.ts"

/** Puts a message at the end of a chat. */
export const add = async (sql: Sql, message: Omit<MessageRow, "place">): Promise<void> => {
  const last = await platform(sql)
    .selectFrom("sandbox_messages")
    .select("place")
    .where("appid", "=", message.appid)
    .where("openid", "=", message.openid)
    .orderBy("place", "desc")
    .executeTakeFirst()
  await platform(sql)
    .insertInto("sandbox_messages")
    .values({ ...message, place: (last?.place ?? 0) + 1 })
    .execute()
}

export const chatOf = (sql: Sql, appid: string, openid: string) =>
  platform(sql)
    .selectFrom("sandbox_messages")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .orderBy("place")
    .execute()

export interface Whose {
  readonly appid: string
  readonly openid: string
}

const keyOf = ({ appid, openid }: Whose) => ({ appid, openid })

const closeWindow = (sql: Sql, { appid, openid }: Whose, cause: string) =>
  platform(sql)
    .deleteFrom("sandbox_windows")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .where("cause", "=", cause)
    .execute()

/** What a person did lets the account write to them for a while; doing it again begins anew. */
export const openWindow = async (sql: Sql, whose: Whose, cause: Cause, at: number) => {
  const { count, life } = windows[cause]
  await closeWindow(sql, whose, cause)
  await platform(sql)
    .insertInto("sandbox_windows")
    .values({ ...keyOf(whose), cause, opened_at: at, until: at + life, remaining: count })
    .execute()
}

const windowsOf = (sql: Sql, { appid, openid }: Whose) =>
  platform(sql)
    .selectFrom("sandbox_windows")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .execute()

/** Takes one message from what is open: from the one that ends first, which is lost first. */
export const takeFromWindow = async (
  sql: Sql,
  whose: Whose,
  now: number
): Promise<"open" | "closed" | "used up"> => {
  const open = (await windowsOf(sql, whose))
    .filter(({ cause, until }) => until > now && Object.hasOwn(windows, cause))
    .toSorted((one, other) => one.until - other.until)
  const window = open.find(({ remaining }) => remaining === null || remaining > 0)
  if (window === undefined) return open.length === 0 ? "closed" : "used up"
  if (window.remaining !== null) {
    await platform(sql)
      .updateTable("sandbox_windows")
      .set({ remaining: window.remaining - 1 })
      .where("appid", "=", whose.appid)
      .where("openid", "=", whose.openid)
      .where("cause", "=", window.cause)
      .execute()
  }
  return "open"
}

/** A person who has said something within half a minute sees for fifteen seconds that somebody is typing. */
export const typing = async (
  sql: Sql,
  whose: Whose,
  on: boolean,
  now: number
): Promise<"seen" | "silent" | "already"> => {
  const all = await windowsOf(sql, whose)
  const said = all.find(({ cause }) => cause === "message")
  if (said === undefined || now - said.opened_at > spoken) return "silent"
  const is = all.find(({ cause }) => cause === typingNow)
  if (on && is !== undefined && is.until > now) return "already"
  await closeWindow(sql, whose, typingNow)
  if (on) {
    await platform(sql)
      .insertInto("sandbox_windows")
      .values({
        ...keyOf(whose),
        cause: typingNow,
        opened_at: now,
        until: now + typed,
        remaining: 0
      })
      .execute()
  }
  return "seen"
}

/** Whether they see it now. */
export const isTyping = async (sql: Sql, whose: Whose, now: number): Promise<boolean> =>
  (await windowsOf(sql, whose)).some(({ cause, until }) => cause === typingNow && until > now)

const typingNow = "typing"
const spoken = Duration.toMillis("30 seconds")
const typed = Duration.toMillis("15 seconds")

/** One that was sent to this person under the same key a short while ago. */
export const sentBefore = async (sql: Sql, openid: string, key: string | null, now: number) =>
  key === null
    ? undefined
    : platform(sql)
        .selectFrom("sandbox_messages")
        .select("id")
        .where("openid", "=", openid)
        .where("client_key", "=", key)
        .where("at", ">", now - platformLives.sameTemplateMessage)
        .executeTakeFirst()
