import { Duration, type Effect } from "effect"
import type { Database, Sql } from "../database/database.ts"
import { familyIn, hold } from "./holding.ts"
import type { Means } from "./means.ts"
import type { CustomerId } from "./model.ts"
import { type ConsentRow, tables } from "./store.ts"

/** What somebody agrees to, or no longer does. It binds one legal entity: a franchise store is another. */
export interface Consent {
  readonly entity: string
  /** `marketing`, or another purpose of at most 32 characters. */
  readonly purpose: string
  /** Where they said so: `checkout page`, `service account`; at most 64 characters. */
  readonly place: string
}

/** A line of the ledger of consents. */
export interface ConsentSaid extends Consent {
  readonly given: boolean
  /** UTC ms. */
  readonly at: number
}

/** What people agreed to: a ledger to which lines are only ever added. */
export interface Consents {
  readonly record: (customer: CustomerId, consent: Consent) => Effect.Effect<void>
  readonly withdraw: (customer: CustomerId, consent: Consent) => Effect.Effect<void>
  /** The same inside a write. */
  readonly recordIn: (sql: Sql, customer: CustomerId, consent: Consent) => Promise<void>
  readonly withdrawIn: (sql: Sql, customer: CustomerId, consent: Consent) => Promise<void>
  /** Oldest first. */
  readonly of: (customer: CustomerId) => Effect.Effect<ReadonlyArray<ConsentSaid>>
}

export const makeConsents = (
  { read, write }: Pick<Database["Service"], "read" | "write">,
  means: Means
): Consents => {
  const say = (given: boolean) => (sql: Sql, customer: CustomerId, consent: Consent) =>
    sayIn(sql, means, customer, consent, given)
  const [recordIn, withdrawIn] = [say(true), say(false)]
  return {
    record: (customer, consent) =>
      write(`customer:${customer}`, (sql) => recordIn(sql, customer, consent)),
    withdraw: (customer, consent) =>
      write(`customer:${customer}`, (sql) => withdrawIn(sql, customer, consent)),
    recordIn,
    withdrawIn,
    of: (customer) => read((sql) => ledgerOf(sql, customer))
  }
}

/** Whoever relies on a consent must prove it (PIPL arts 14, 69); what one may be sued for lapses after three years (Civil Code art 188). */
const provable = Duration.toMillis("1095 days")

/** Writes into the ledger that somebody agreed, or no longer does. */
const sayIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  { entity, place, purpose }: Consent,
  given: boolean
): Promise<void> => {
  const { erased_at, id } = await hold(sql, customer)
  if (erased_at === null)
    await insert(sql, means, { customer: id, entity, purpose, place, given: given ? 1 : 0 })
}

const insert = (
  sql: Sql,
  { newId, now }: Means,
  said: Omit<ConsentRow, "id" | "at" | "keep_until">
) =>
  tables(sql)
    .insertInto("weir_consents")
    .values({ ...said, id: newId(), at: now(), keep_until: now() + provable })
    .execute()

/** The ledger of somebody, oldest first. */
export const ledgerOf = async (
  sql: Sql,
  customer: CustomerId
): Promise<ReadonlyArray<ConsentSaid>> => {
  const family = await familyIn(sql, customer)
  return family.length === 0 ? [] : ledger(sql, family)
}

const ledger = async (sql: Sql, family: ReadonlyArray<CustomerId>) => {
  const rows = await tables(sql)
    .selectFrom("weir_consents as consent")
    .innerJoin("weir_customers as holder", "holder.id", "consent.customer")
    .selectAll("consent")
    .where("consent.customer", "in", family)
    .where("holder.erased_at", "is", null)
    .orderBy("consent.at")
    .orderBy("consent.given", "desc")
    .execute()
  return rows.map(({ at, entity, given, place, purpose }) => ({
    entity,
    purpose,
    place,
    given: given === 1,
    at
  }))
}

/** Whether the last word on a purpose is yes. Said at the same time, no is the last. */
export const isGiven = (
  said: ReadonlyArray<ConsentSaid>,
  { entity, purpose }: Pick<Consent, "entity" | "purpose">
): boolean =>
  said.findLast((line) => line.entity === entity && line.purpose === purpose)?.given ?? false

/** Takes back all that was agreed to. */
export const takeBackAll = async (
  sql: Sql,
  means: Means,
  survivor: CustomerId,
  family: ReadonlyArray<CustomerId>
): Promise<void> => {
  const said = await ledger(sql, family)
  const given = said.filter(
    (line, index) =>
      line.given &&
      said.findLastIndex(
        (later) => later.entity === line.entity && later.purpose === line.purpose
      ) === index
  )
  for (const { entity, purpose } of given)
    await insert(sql, means, { customer: survivor, entity, purpose, place: "erased", given: 0 })
}
