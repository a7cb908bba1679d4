import type { Sql } from "#core"
import { type Cause, windows } from "./model.ts"
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

interface Whose {
  readonly appid: string
  readonly openid: string
}

/** What a person did lets the account write to them for a while; doing it again begins anew. */
export const openWindow = async (sql: Sql, { appid, openid }: Whose, cause: Cause, at: number) => {
  const { count, life } = windows[cause]
  await platform(sql)
    .deleteFrom("sandbox_windows")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .where("cause", "=", cause)
    .execute()
  await platform(sql)
    .insertInto("sandbox_windows")
    .values({ appid, openid, cause, opened_at: at, until: at + life, remaining: count })
    .execute()
}
