import type { Sql } from "../database/database.ts"
import { statement } from "../database/statement.ts"
import type { CustomerId, Identity } from "./model.ts"

/**
 * Everything about a person hangs on the customer it was written for, and stays there: when two turn out to be one, only `survivor`
 * changes, so that nothing can be lost on the way.
 */
export type CustomerRow = {
  readonly id: CustomerId
  /** Whom this number leads to: itself, unless it was found to be somebody else. Never more than one step away. */
  readonly survivor: CustomerId
  /** Moves on with each change, which holds up all others who want to change the same customer. */
  readonly version: number
  readonly created_at: number
  /** When they asked to be forgotten. What still hangs on it is what law demands. */
  readonly erased_at: number | null
}

export type IdentityRow = {
  readonly pseudonym: string
  readonly kind: Exclude<Identity["kind"], "phone">
  readonly within: string
  readonly customer: CustomerId
  /** Nothing once they asked to be forgotten: they are known when they come back, and cannot be told from this. */
  readonly sealed: Uint8Array | null
  readonly since: number
}

type ProfileRow = {
  readonly customer: CustomerId
  readonly field: string
  /** What it is found by; phones only. */
  readonly pseudonym: string | null
  readonly sealed: Uint8Array
  readonly at: number
}

export type EntryRow = {
  readonly id: string
  readonly customer: CustomerId
  readonly kind: string
  readonly plugin: string
  readonly at: number
  readonly facts: Uint8Array
  readonly words: Uint8Array | null
  readonly keep_until: number
  readonly open_until: number
}

/** What an entry is found by: the pseudonyms of its reference and its payment's numbers. */
type MarkRow = { readonly pseudonym: string; readonly entry: string }

/** What somebody agreed to, or no longer does. Nothing in it ever changes: the last word counts. */
export type ConsentRow = {
  readonly id: string
  readonly customer: CustomerId
  /** The legal entity they said it to. */
  readonly entity: string
  readonly purpose: string
  readonly given: 0 | 1
  readonly place: string
  readonly at: number
  /** Until when we may have to prove it. */
  readonly keep_until: number
}

/** How an account stands with one of its openids. */
export type ContactRow = {
  /** Of the openid. */
  readonly pseudonym: string
  readonly appid: string
  readonly followed_at: number | null
  /** When WeChat told us that they do not want to hear from the account. */
  readonly blocked_at: number | null
}

/** What somebody did last of a kind, after which an account may write to them for a while. */
export type WindowRow = {
  readonly pseudonym: string
  readonly action: string
  readonly at: number
  /** How many messages were sent since. */
  readonly sent: number
}

/** How many messages of a template somebody has agreed to and not received yet. */
export type SubscriptionRow = {
  readonly pseudonym: string
  readonly template: string
  readonly remaining: number
  /** Agreed to for good. */
  readonly lasting: 0 | 1
}

/** What became of customers: who was merged, moved, erased, and why. */
type ChangeRow = {
  readonly id: string
  readonly change: "merged" | "returned" | "linked" | "unlinked" | "moved" | "migrated" | "erased"
  readonly customer: CustomerId
  readonly other: CustomerId | null
  /** Of the identity it was about. */
  readonly pseudonym: string | null
  readonly why: string
  readonly at: number
}

type CustomerTables = {
  readonly weir_customers: CustomerRow
  readonly weir_identities: IdentityRow
  readonly weir_profiles: ProfileRow
  readonly weir_entries: EntryRow
  readonly weir_entry_marks: MarkRow
  readonly weir_consents: ConsentRow
  readonly weir_contacts: ContactRow
  readonly weir_windows: WindowRow
  readonly weir_subscriptions: SubscriptionRow
  readonly weir_customer_changes: ChangeRow
}

export const tables = (sql: Sql) => sql.withTables<CustomerTables>()

export const insertChange = (sql: Sql, row: ChangeRow) =>
  tables(sql).insertInto("weir_customer_changes").values(row).execute()

// Every sale needs these, so each is compiled once.

type Id = { readonly id: CustomerId }

export const findCustomer = async (sql: Sql, id: CustomerId): Promise<CustomerRow | undefined> =>
  (await customerById(sql, { id })).rows[0]

const customerById = statement((sql, { id }: Id) =>
  tables(sql).selectFrom("weir_customers").selectAll().where("id", "=", id)
)

/** Moves a customer's version on, and so holds up all others who want to. */
export const advance = statement((sql, { id }: Id) =>
  tables(sql)
    .updateTable("weir_customers")
    .set((column) => ({ version: column("version", "+", column.lit(1)) }))
    .where("id", "=", id)
)

/** Whom identities lead to, by their pseudonyms. */
export const findHolders = statement((sql, pseudonyms: { readonly [name: string]: string }) =>
  tables(sql)
    .selectFrom("weir_identities as identity")
    .innerJoin("weir_customers as holder", "holder.id", "identity.customer")
    .select(["identity.pseudonym", "identity.sealed", "holder.survivor"])
    .where("identity.pseudonym", "in", Object.values(pseudonyms))
)

/** Begins a window anew, unless a later step has opened it. */
export const reopenWindow = statement((sql, { action, at, pseudonym }: Omit<WindowRow, "sent">) =>
  tables(sql)
    .updateTable("weir_windows")
    // In this order: MySQL sets one after another.
    .set((column) => ({
      sent: column.case().when("at", "<", at).then(column.lit(0)).else(column.ref("sent")).end(),
      at: column.case().when("at", "<", at).then(at).else(column.ref("at")).end()
    }))
    .where("pseudonym", "=", pseudonym)
    .where("action", "=", action)
)

/** Everybody who turned out to be this one, and this one. */
export const familyOf = async (
  sql: Sql,
  survivor: CustomerId
): Promise<ReadonlyArray<CustomerId>> => {
  const rows = await tables(sql)
    .selectFrom("weir_customers")
    .select("id")
    .where("survivor", "=", survivor)
    .execute()
  return rows.map(({ id }) => id)
}
