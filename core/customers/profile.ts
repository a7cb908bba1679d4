import type { Sql } from "../database/database.ts"
import { familyIn, hold } from "./holding.ts"
import type { Means } from "./means.ts"
import type { CustomerId, Page, Paged, Profile } from "./model.ts"
import { tables } from "./store.ts"

const fields = ["nickname", "avatar", "phone", "name"] as const

const place = (field: string, customer: CustomerId) => `weir_profiles.${field}:${customer}`

const phone = (value: string) => ({ kind: "phone" as const, within: "", value })

/** Learns what somebody lets us know of themselves; what is not told stays as it was. */
export const learnIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  told: Profile
): Promise<void> => {
  const { erased_at, id } = await hold(sql, customer)
  if (erased_at !== null) return
  for (const field of fields) {
    const value = told[field]?.slice(0, 512)
    if (value === undefined || value === "") continue
    await forget(sql, id, field)
    await tables(sql)
      .insertInto("weir_profiles")
      .values({
        customer: id,
        field,
        pseudonym: field === "phone" ? means.pseudonymOf(phone(value)) : null,
        sealed: means.sealText(value, place(field, id)),
        at: means.now()
      })
      .execute()
  }
}

/** Lets go of some of it. */
export const forgetProfileIn = async (
  sql: Sql,
  customer: CustomerId,
  outdated: ReadonlyArray<keyof Profile>
): Promise<void> => {
  const family = await familyIn(sql, customer)
  if (family.length > 0)
    await tables(sql)
      .deleteFrom("weir_profiles")
      .where("customer", "in", family)
      .where("field", "in", outdated)
      .execute()
}

const forget = (sql: Sql, customer: CustomerId, field: string) =>
  tables(sql)
    .deleteFrom("weir_profiles")
    .where("customer", "=", customer)
    .where("field", "=", field)
    .execute()

/** What somebody has let us know, of each the latest. */
export const profileOf = async (sql: Sql, means: Means, customer: CustomerId): Promise<Profile> => {
  const family = await familyIn(sql, customer)
  if (family.length === 0) return {}
  const rows = await tables(sql)
    .selectFrom("weir_profiles")
    .selectAll()
    .where("customer", "in", family)
    .orderBy("at")
    .orderBy("customer")
    .execute()
  return Object.fromEntries(
    rows.map(({ customer, field, sealed }) => [
      field,
      means.openText(sealed, place(field, customer))
    ])
  )
}

/** Who gave a phone; several may have given the same. */
export const findByPhone = async (
  sql: Sql,
  means: Means,
  value: string,
  { after = "", limit }: Page
): Promise<Paged<{ readonly customer: CustomerId }>> => {
  const rows = await tables(sql)
    .selectFrom("weir_profiles as profile")
    .innerJoin("weir_customers as holder", "holder.id", "profile.customer")
    .select("holder.survivor as customer")
    .distinct()
    .where("profile.pseudonym", "=", means.pseudonymOf(phone(value)))
    .where("holder.survivor", ">", after as CustomerId)
    .orderBy("holder.survivor")
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last && { next: last.customer }) }
}
