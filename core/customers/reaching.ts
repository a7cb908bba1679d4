import type { Sql } from "../database/database.ts"
import type { Account } from "../wechat/account.ts"
import { ledgerOf } from "./consents.ts"
import { type Action, allowances } from "./contacts.ts"
import { identitiesOf } from "./identities.ts"
import type { Means } from "./means.ts"
import type { CustomerId } from "./model.ts"
import type { ContactFacts, ReachFacts } from "./reach.ts"
import { type ContactRow, type SubscriptionRow, tables, type WindowRow } from "./store.ts"

/** All that is stored about how somebody may be reached; the accounts in the order they are configured. */
export const factsOf = async (
  sql: Sql,
  means: Means,
  accounts: ReadonlyArray<Account>,
  customer: CustomerId
): Promise<ReachFacts> => {
  const known = await identitiesOf(sql, means, customer)
  const openids = accounts.flatMap((account) =>
    known
      .filter(({ kind, within }) => kind === "openid" && within === account.appid)
      .map((identity) => ({
        account,
        openid: identity.value,
        pseudonym: means.pseudonymOf(identity)
      }))
  )
  const stored = await storedOf(
    sql,
    openids.map(({ pseudonym }) => pseudonym)
  )
  return {
    contacts: openids.map(({ account, openid, pseudonym }) => ({
      account,
      openid,
      ...standingOf(stored, pseudonym)
    })),
    consents: await ledgerOf(sql, customer)
  }
}

interface Stored {
  readonly contacts: ReadonlyArray<ContactRow>
  readonly windows: ReadonlyArray<WindowRow>
  readonly subscriptions: ReadonlyArray<SubscriptionRow>
}

const storedOf = async (sql: Sql, pseudonyms: ReadonlyArray<string>): Promise<Stored> => {
  if (pseudonyms.length === 0) return { contacts: [], windows: [], subscriptions: [] }
  const all = tables(sql)
  return {
    contacts: await all
      .selectFrom("weir_contacts")
      .selectAll()
      .where("pseudonym", "in", pseudonyms)
      .execute(),
    windows: await all
      .selectFrom("weir_windows")
      .selectAll()
      .where("pseudonym", "in", pseudonyms)
      .execute(),
    subscriptions: await all
      .selectFrom("weir_subscriptions")
      .selectAll()
      .where("pseudonym", "in", pseudonyms)
      .execute()
  }
}

const standingOf = (
  { contacts, subscriptions, windows }: Stored,
  pseudonym: string
): Omit<ContactFacts, "account" | "openid"> => {
  const contact = contacts.find((row) => row.pseudonym === pseudonym)
  return {
    followedAt: contact?.followed_at ?? undefined,
    blockedAt: contact?.blocked_at ?? undefined,
    windows: windows.flatMap((row) =>
      row.pseudonym === pseudonym && isAction(row.action)
        ? [{ action: row.action, at: row.at, sent: row.sent }]
        : []
    ),
    subscriptions: subscriptions
      .filter((row) => row.pseudonym === pseudonym)
      .map(({ lasting, remaining, template }) => ({ template, remaining, lasting: lasting === 1 }))
  }
}

const isAction = (text: string): text is Action => Object.hasOwn(allowances, text)
