import { Schema } from "effect"
import type { Sql } from "../database/database.ts"
import type { Account } from "../wechat/account.ts"
import { ledgerOf } from "./consents.ts"
import { everyEntry } from "./entries.ts"
import { familyIn } from "./holding.ts"
import { identitiesOf } from "./identities.ts"
import type { Means } from "./means.ts"
import { CustomerId } from "./model.ts"
import { profileOf } from "./profile.ts"
import { factsOf } from "./reaching.ts"
import { tables } from "./store.ts"

const maybe = Schema.optionalKey

/** All that is kept about one person, for them to have (PIPL art 45). Times are UTC ms. */
export const CustomerExport = Schema.Struct({
  customer: CustomerId,
  /** The same person's numbers before they were found to be one. */
  numbers: Schema.Array(CustomerId),
  identities: Schema.Array(
    Schema.Struct({ kind: Schema.String, within: Schema.String, value: Schema.String })
  ),
  profile: Schema.Struct({
    nickname: maybe(Schema.String),
    avatar: maybe(Schema.String),
    phone: maybe(Schema.String),
    name: maybe(Schema.String)
  }),
  timeline: Schema.Array(
    Schema.Struct({
      kind: Schema.String,
      at: Schema.Int,
      plugin: Schema.String,
      reference: maybe(Schema.String),
      paymentNumbers: maybe(Schema.Array(Schema.String)),
      text: maybe(Schema.String),
      data: maybe(Schema.Json)
    })
  ),
  consents: Schema.Array(
    Schema.Struct({
      entity: Schema.String,
      purpose: Schema.String,
      place: Schema.String,
      given: Schema.Boolean,
      at: Schema.Int
    })
  ),
  contacts: Schema.Array(
    Schema.Struct({
      appid: Schema.String,
      openid: Schema.String,
      followedAt: maybe(Schema.Int),
      blockedAt: maybe(Schema.Int),
      windows: Schema.Array(
        Schema.Struct({ action: Schema.String, at: Schema.Int, sent: Schema.Int })
      ),
      subscriptions: Schema.Array(
        Schema.Struct({
          template: Schema.String,
          remaining: Schema.Int,
          lasting: Schema.Boolean
        })
      )
    })
  ),
  changes: Schema.Array(
    Schema.Struct({
      change: Schema.String,
      customer: CustomerId,
      other: maybe(CustomerId),
      why: Schema.String,
      at: Schema.Int
    })
  )
})
export type CustomerExport = typeof CustomerExport.Type

/** Gathers all that is kept about one person. */
export const exportIn = async (
  sql: Sql,
  means: Means,
  accounts: ReadonlyArray<Account>,
  customer: CustomerId
): Promise<CustomerExport> => {
  const numbers = await familyIn(sql, customer)
  const { contacts } = await factsOf(sql, means, accounts, customer)
  return {
    customer,
    numbers,
    identities: await identitiesOf(sql, means, customer),
    profile: await profileOf(sql, means, customer),
    timeline: (await everyEntry(sql, means, numbers)).map(({ id: _, ...entry }) => entry),
    consents: await ledgerOf(sql, customer),
    contacts: contacts.map(({ account, blockedAt, followedAt, ...contact }) => ({
      appid: account.appid,
      ...contact,
      ...(followedAt !== undefined && { followedAt }),
      ...(blockedAt !== undefined && { blockedAt })
    })),
    changes: await changesOf(sql, numbers)
  }
}

const changesOf = async (sql: Sql, numbers: ReadonlyArray<CustomerId>) => {
  if (numbers.length === 0) return []
  const rows = await tables(sql)
    .selectFrom("weir_customer_changes")
    .selectAll()
    .where("customer", "in", numbers)
    .orderBy("at")
    .orderBy("id")
    .execute()
  return rows.map(({ at, change, customer, other, why }) => ({
    change,
    customer,
    ...(other !== null && { other }),
    why,
    at
  }))
}
