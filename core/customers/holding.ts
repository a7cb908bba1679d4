import type { Sql } from "../database/database.ts"
import type { Means } from "./means.ts"
import type { CustomerId } from "./model.ts"
import { advance, type CustomerRow, familyOf, findCustomer, insertChange, tables } from "./store.ts"

/** Where a number leads: to itself, or to whom it was found to be. */
export const survivorOf = async (
  sql: Sql,
  customer: CustomerId
): Promise<CustomerRow | undefined> => {
  const row = await findCustomer(sql, customer)
  return row === undefined || row.survivor === row.id ? row : findCustomer(sql, row.survivor)
}

/**
 * Holds whoever a number leads to until the write ends: what is then read about them stays so, whichever process writes beside this
 * one. A number that leads to nobody is a mistake of ours and throws.
 */
export const hold = async (sql: Sql, customer: CustomerId): Promise<CustomerRow> => {
  for (let id = customer; ; ) {
    await advance(sql, { id })
    const row = await findCustomer(sql, id)
    if (row === undefined) throw new Error(`There is no customer ${id}`)
    if (row.survivor === row.id) return row
    id = row.survivor
  }
}

/** Holds several, in one order everywhere, so that two who meet wait for each other at most once. */
export const holdAll = async (
  sql: Sql,
  customers: Iterable<CustomerId>
): Promise<ReadonlyArray<CustomerRow>> => {
  const held = new Map<CustomerId, CustomerRow>()
  for (const id of [...new Set(customers)].sort()) {
    const row = await hold(sql, id)
    held.set(row.id, row)
  }
  return [...held.values()]
}

/** A new customer, held by being new. */
export const beginCustomer = async (sql: Sql, { newId, now }: Means): Promise<CustomerRow> => {
  const id = newId() as CustomerId
  const row: CustomerRow = {
    id,
    survivor: id,
    version: 1,
    created_at: now(),
    erased_at: null
  }
  await tables(sql).insertInto("weir_customers").values(row).execute()
  return row
}

/** Whoever asked to be forgotten is not taken up again; else the older number stays, as more may know it. */
export const eldest = (customers: ReadonlyArray<CustomerRow>): CustomerRow | undefined =>
  customers
    .filter(({ erased_at }) => erased_at === null)
    .toSorted((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1))[0]

/** Lets one be known as another from now on, with all who were known as it. Both are held. */
export const absorb = async (
  sql: Sql,
  { newId, now }: Means,
  survivor: CustomerRow,
  other: CustomerRow,
  why: string
): Promise<void> => {
  if (survivor.id === other.id) return
  await tables(sql)
    .updateTable("weir_customers")
    .set({ survivor: survivor.id })
    .where("survivor", "=", other.id)
    .execute()
  await insertChange(sql, {
    id: newId(),
    change: other.erased_at === null ? "merged" : "returned",
    customer: survivor.id,
    other: other.id,
    pseudonym: null,
    why,
    at: now()
  })
}

/** The numbers under which something may be written about a customer. */
export const familyIn = async (
  sql: Sql,
  customer: CustomerId
): Promise<ReadonlyArray<CustomerId>> => {
  const row = await survivorOf(sql, customer)
  return row === undefined ? [] : familyOf(sql, row.id)
}
