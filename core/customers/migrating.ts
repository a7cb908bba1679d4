import type { Sql } from "../database/database.ts"
import { contactPseudonym } from "./contacts.ts"
import { linkIn } from "./identities.ts"
import type { Means } from "./means.ts"
import { mergeIn } from "./merging.ts"
import type { At } from "./model.ts"
import { insertChange, tables } from "./store.ts"

/** One person's openid at an account before and after it moved to another body. WeChat: `changeopenid`. */
export interface Migrated {
  readonly from: string
  readonly to: string
}

/** Lets the people of an account be known at the one that took its place; `false`: nobody is known by the old openid. */
export const migrateIn = async (
  sql: Sql,
  means: Means,
  from: At,
  to: At,
  { from: before, to: after }: Migrated
): Promise<boolean> => {
  const old = contactPseudonym(means, { appid: from.appid, openid: before })
  const known = await tables(sql)
    .selectFrom("weir_identities")
    .select(["customer", "sealed"])
    .where("pseudonym", "=", old)
    .executeTakeFirst()
  // Whoever asked to be forgotten is not made known at another account.
  if (known === undefined || known.sealed === null) return false
  const identity = { kind: "openid" as const, within: to.appid, value: after }
  const taken = await linkIn(sql, means, known.customer, identity, "changeopenid")
  const customer =
    typeof taken === "string"
      ? known.customer
      : await mergeIn(sql, means, known.customer, taken.takenBy, "changeopenid")
  await follow(sql, old, means.pseudonymOf(identity), to.appid)
  await insertChange(sql, {
    id: means.newId(),
    change: "migrated",
    customer,
    other: null,
    pseudonym: old,
    why: "changeopenid",
    at: means.now()
  })
  return true
}

/** Followers move with their account. */
const follow = async (sql: Sql, old: string, pseudonym: string, appid: string) => {
  const before = await contactOf(sql, old)
  if (before === undefined || (await contactOf(sql, pseudonym)) !== undefined) return
  await tables(sql)
    .insertInto("weir_contacts")
    .values({ ...before, pseudonym, appid })
    .execute()
}

const contactOf = (sql: Sql, pseudonym: string) =>
  tables(sql)
    .selectFrom("weir_contacts")
    .selectAll()
    .where("pseudonym", "=", pseudonym)
    .executeTakeFirst()
