import type { Sql } from "#core"
import type { Whose } from "./messages.ts"
import { type ConsentRow, platform } from "./store.ts"

const consentOf = (sql: Sql, { appid, openid }: Whose, template: string) =>
  platform(sql)
    .selectFrom("sandbox_consents")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .where("template_id", "=", template)
    .executeTakeFirst()

/** Everything a person has decided about an account's notices. */
export const consentsOf = (sql: Sql, { appid, openid }: Whose) =>
  platform(sql)
    .selectFrom("sandbox_consents")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .execute()

const saveConsent = async (sql: Sql, consent: ConsentRow) => {
  await platform(sql)
    .deleteFrom("sandbox_consents")
    .where("appid", "=", consent.appid)
    .where("openid", "=", consent.openid)
    .where("template_id", "=", consent.template_id)
    .execute()
  await platform(sql).insertInto("sandbox_consents").values(consent).execute()
}

/** Each yes is good for one message, a standing one for all; a no ends both. */
export const agree = async (
  sql: Sql,
  whose: Whose,
  template_id: string,
  { accept, standing }: { readonly accept: boolean; readonly standing: boolean }
) => {
  const before = await consentOf(sql, whose, template_id)
  await saveConsent(sql, {
    appid: whose.appid,
    openid: whose.openid,
    template_id,
    remaining: accept && !standing ? (before?.remaining ?? 0) + 1 : 0,
    standing: accept && standing ? 1 : 0
  })
}

/** Whether there was one left. */
export const consume = async (sql: Sql, whose: Whose, template_id: string): Promise<boolean> => {
  const consent = await consentOf(sql, whose, template_id)
  if (consent === undefined) return false
  if (consent.standing === 1) return true
  if (consent.remaining === 0) return false
  await saveConsent(sql, { ...consent, remaining: consent.remaining - 1 })
  return true
}
