import { Clock, Duration, Effect } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { takeBackAll } from "./consents.ts"
import { hold } from "./holding.ts"
import type { Means } from "./means.ts"
import type { CustomerId } from "./model.ts"
import { familyOf, findCustomer, insertChange, tables } from "./store.ts"

/** Somebody is to be forgotten: under all of these numbers. */
export interface Erased {
  readonly customers: ReadonlyArray<CustomerId>
  readonly at: number
}

/** What another part keeps about a person goes in the same write: sessions, messages not yet sent. SQL alone, may be run again. */
export type WhenErased = (sql: Sql, erased: Erased) => Promise<void>

/**
 * Forgets somebody: their profile, their words, how to reach them, and all of their timeline but what law demands to be kept. `at`: when
 * they asked; what is heard later and happened before belongs to what is forgotten. Of their
 * identities the pseudonyms stay as long as anything does, so that they find their open business when they come back.
 */
export const eraseIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  why: string,
  others: Iterable<WhenErased>,
  at = means.now()
): Promise<void> => {
  const { erased_at, id } = await hold(sql, customer)
  if (erased_at !== null) return
  const family = await familyOf(sql, id)
  await takeBackAll(sql, means, id, family)
  await forgetContacts(sql, family)
  await tables(sql).deleteFrom("weir_profiles").where("customer", "in", family).execute()
  await tables(sql)
    .updateTable("weir_identities")
    .set({ sealed: null })
    .where("customer", "in", family)
    .execute()
  await tables(sql)
    .updateTable("weir_entries")
    .set({ words: null })
    .where("customer", "in", family)
    .execute()
  await tables(sql)
    .updateTable("weir_customers")
    .set({ erased_at: at })
    .where("id", "in", family)
    .where("erased_at", "is", null)
    .execute()
  await insertChange(sql, {
    id: means.newId(),
    change: "erased",
    customer: id,
    other: null,
    pseudonym: null,
    why,
    at
  })
  for (const each of family) await forgetEntries(sql, each, means.now())
  for (const other of others) await other(sql, { customers: family, at })
}

/** How to reach them, and what they agreed to receive. */
const forgetContacts = async (sql: Sql, family: ReadonlyArray<CustomerId>) => {
  const theirs = tables(sql)
    .selectFrom("weir_identities")
    .select("pseudonym")
    .where("customer", "in", family)
  for (const table of ["weir_contacts", "weir_windows", "weir_subscriptions"] as const)
    await tables(sql).deleteFrom(table).where("pseudonym", "in", theirs).execute()
}

/** A fact may be on its way that must be kept; until then a pseudonym leads to where it belongs. */
const onTheWay = Duration.toMillis("1 day")

/** Lets go of what law no longer demands under one number; at last of its pseudonyms. */
const forget = async (sql: Sql, customer: CustomerId, at: number): Promise<void> => {
  await forgetEntries(sql, customer, at)
  const row = await findCustomer(sql, customer)
  if (row === undefined || at - (row.erased_at ?? at) < onTheWay) return
  const left = await tables(sql)
    .selectFrom("weir_entries")
    .select("id")
    .where("customer", "=", customer)
    .limit(1)
    .executeTakeFirst()
  if (left === undefined) await forgetPseudonyms(sql, customer)
}

const forgetEntries = async (sql: Sql, customer: CustomerId, at: number): Promise<void> => {
  const over = tables(sql)
    .selectFrom("weir_entries")
    .select("id")
    .where("customer", "=", customer)
    .where("keep_until", "<=", at)
  await tables(sql).deleteFrom("weir_entry_marks").where("entry", "in", over).execute()
  await tables(sql)
    .deleteFrom("weir_entries")
    .where("customer", "=", customer)
    .where("keep_until", "<=", at)
    .execute()
  await tables(sql)
    .deleteFrom("weir_consents")
    .where("customer", "=", customer)
    .where("keep_until", "<=", at)
    .execute()
}

const forgetPseudonyms = async (sql: Sql, customer: CustomerId): Promise<void> => {
  const theirs = tables(sql)
    .selectFrom("weir_identities")
    .select("pseudonym")
    .where("customer", "=", customer)
    .where("sealed", "is", null)
  await tables(sql)
    .updateTable("weir_customer_changes")
    .set({ pseudonym: null })
    .where("pseudonym", "in", theirs)
    .execute()
  await tables(sql)
    .deleteFrom("weir_identities")
    .where("customer", "=", customer)
    .where("sealed", "is", null)
    .execute()
}

/** Forgets what is due, for all who asked to be forgotten; every day. */
export const makeForgetting = Effect.gen(function* () {
  const database = yield* Database
  return Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    for (let after = ""; ; ) {
      const due = yield* database.read((sql) => findDue(sql, now, after as CustomerId))
      for (const customer of due)
        yield* database.write(`customer:${customer}`, async (sql) => {
          await hold(sql, customer)
          await forget(sql, customer, now)
        })
      const last = due.at(-1)
      if (last === undefined) return
      after = last
    }
  })
})

/** Numbers under which something is kept longer than law demands. */
const findDue = async (sql: Sql, now: number, after: CustomerId) => {
  const rows = await tables(sql)
    .selectFrom("weir_customers as holder")
    .select("holder.id")
    .where("holder.erased_at", "is not", null)
    .where("holder.id", ">", after)
    .where((is) => {
      const kept = (table: "weir_entries" | "weir_consents" | "weir_identities") =>
        is.selectFrom(table).select("customer").whereRef("customer", "=", "holder.id")
      return is.or([
        is.exists(kept("weir_entries").where("keep_until", "<=", now)),
        is.exists(kept("weir_consents").where("keep_until", "<=", now)),
        is.and([
          is("holder.erased_at", "<=", now - onTheWay),
          is.exists(kept("weir_identities").where("sealed", "is", null)),
          is.not(is.exists(kept("weir_entries")))
        ])
      ])
    })
    .orderBy("holder.id")
    .limit(200)
    .execute()
  return rows.map(({ id }) => id)
}
