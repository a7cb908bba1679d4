import type { Sql } from "#core"
import { contactAt, platform } from "./store.ts"

/** Whether an openid is somebody's at this account. */
export const isPersonAt = async (sql: Sql, appid: string, openid: string): Promise<boolean> => {
  const found = await platform(sql)
    .selectFrom("sandbox_contacts")
    .select("person")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .executeTakeFirst()
  return found !== undefined
}

/** The person of an openid, whichever account's it is, and what they are called at one. */
export const personAt = async (
  sql: Sql,
  appid: string,
  openid: string
): Promise<{ readonly person: string; readonly openid: string }> => {
  const known = await platform(sql)
    .selectFrom("sandbox_contacts")
    .select("person")
    .where("openid", "=", openid)
    .executeTakeFirst()
  const person = known?.person ?? openid
  const contact = await contactAt(sql, appid, person)
  return { person, openid: contact?.openid ?? openid }
}
