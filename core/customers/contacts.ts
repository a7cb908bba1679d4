import { Duration } from "effect"
import type { Sql } from "../database/database.ts"
import type { Means } from "./means.ts"
import type { At } from "./model.ts"
import { reopenWindow, tables } from "./store.ts"

/** What a person can do that lets an account write to them for a while. */
export type Action = "message" | "menu" | "follow" | "scan" | "payment"

/** For how long after it, and how many messages. */
export interface Allowance {
  readonly within: Duration.Duration
  readonly messages: number
}

/** WeChat, customer-service messages: its table of today. The numbers have changed over the years. */
export const allowances: Readonly<Record<Action, Allowance>> = {
  message: { within: Duration.hours(48), messages: 5 },
  menu: { within: Duration.minutes(1), messages: 3 },
  follow: { within: Duration.minutes(1), messages: 3 },
  scan: { within: Duration.minutes(1), messages: 3 },
  payment: { within: Duration.hours(48), messages: Number.POSITIVE_INFINITY }
}

/** An openid of an account. */
export interface Contact extends Pick<At, "appid"> {
  readonly openid: string
}

/** What accounts know of their people: who follows, what opens a window, what was agreed to. Each with the fact, inside a write. */
export interface Contacts {
  /** They follow the account. That they no longer do is a wish to be forgotten: see `eraseIn`. */
  readonly followed: (sql: Sql, contact: Contact, at: number) => Promise<void>
  /** WeChat says that they do not follow the account, whatever we thought (43004). */
  readonly strayed: (sql: Sql, contact: Contact) => Promise<void>
  /** WeChat says that they do not want to hear from the account. Whoever follows anew, or writes to it a day later, may want to again. */
  readonly blocked: (sql: Sql, contact: Contact, at: number) => Promise<void>
  /** They did something that opens a window. What is heard late changes nothing. */
  readonly acted: (sql: Sql, contact: Contact, action: Action, at: number) => Promise<void>
  /** A customer-service message was sent in the window that an action had opened. */
  readonly wrote: (sql: Sql, contact: Contact, action: Action) => Promise<void>
  /** WeChat says that the window of an action is closed or used up, whatever we thought (45015, 45047). */
  readonly closed: (sql: Sql, contact: Contact, action: Action) => Promise<void>
  /** They agreed to messages of a template: to one more, to all, or to none. */
  readonly subscribed: (
    sql: Sql,
    contact: Contact,
    template: string,
    to: "one" | "all" | "none"
  ) => Promise<void>
  /** Takes one of the messages they agreed to; `false`: none is left. */
  readonly spend: (sql: Sql, contact: Contact, template: string) => Promise<boolean>
}

export const makeContacts = (means: Means): Contacts => ({
  followed: (sql, contact, at) =>
    change(sql, means, contact, { followed_at: at, blocked_at: null }),
  strayed: (sql, contact) => change(sql, means, contact, { followed_at: null }),
  blocked: (sql, contact, at) => change(sql, means, contact, { blocked_at: at }),
  acted: (sql, contact, action, at) => actedIn(sql, means, contact, action, at),
  wrote: (sql, contact, action) => wroteIn(sql, means, contact, action),
  closed: (sql, contact, action) => closedIn(sql, means, contact, action),
  subscribed: (sql, contact, template, to) => subscribedIn(sql, means, contact, template, to),
  spend: (sql, contact, template) => spendIn(sql, means, contact, template)
})

export const contactPseudonym = ({ pseudonymOf }: Means, { appid, openid }: Contact) =>
  pseudonymOf({ kind: "openid", within: appid, value: openid })

interface Changes {
  readonly followed_at?: number | null
  readonly blocked_at?: number | null
}

const change = async (sql: Sql, means: Means, contact: Contact, changes: Changes) => {
  const pseudonym = contactPseudonym(means, contact)
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_contacts")
    .set(changes)
    .where("pseudonym", "=", pseudonym)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return
  const { appid } = contact
  const row = { pseudonym, appid, followed_at: null, blocked_at: null, ...changes }
  await tables(sql).insertInto("weir_contacts").values(row).execute()
}

const actedIn = async (
  sql: Sql,
  means: Means,
  contact: Contact,
  action: Action,
  at: number
): Promise<void> => {
  const pseudonym = contactPseudonym(means, contact)
  if ((await reopenWindow(sql, { pseudonym, action, at })).changed === 0)
    await tables(sql)
      .insertInto("weir_windows")
      .values({ pseudonym, action, at, sent: 0 })
      .execute()
  if (action === "message")
    await tables(sql)
      .updateTable("weir_contacts")
      .set({ blocked_at: null })
      .where("pseudonym", "=", pseudonym)
      .where("blocked_at", "<=", at - mindsChange)
      .execute()
}

/** WeChat never tells that somebody wants to hear from an account again. Whoever writes to it days later may; one message finds out. */
const mindsChange = Duration.toMillis("1 day")

const wroteIn = async (sql: Sql, means: Means, contact: Contact, action: Action) => {
  await tables(sql)
    .updateTable("weir_windows")
    .set((column) => ({ sent: column("sent", "+", 1) }))
    .where("pseudonym", "=", contactPseudonym(means, contact))
    .where("action", "=", action)
    .execute()
}

const closedIn = async (sql: Sql, means: Means, contact: Contact, action: Action) => {
  await tables(sql)
    .deleteFrom("weir_windows")
    .where("pseudonym", "=", contactPseudonym(means, contact))
    .where("action", "=", action)
    .execute()
}

const subscribedIn = async (
  sql: Sql,
  means: Means,
  contact: Contact,
  template: string,
  to: "one" | "all" | "none"
): Promise<void> => {
  const pseudonym = contactPseudonym(means, contact)
  const known = await tables(sql)
    .updateTable("weir_subscriptions")
    .set((column) => ({
      remaining:
        to === "none" ? 0 : to === "one" ? column("remaining", "+", 1) : column.ref("remaining"),
      ...(to !== "one" && { lasting: to === "all" ? 1 : 0 })
    }))
    .where("pseudonym", "=", pseudonym)
    .where("template", "=", template)
    .executeTakeFirst()
  if (known.numUpdatedRows > 0n || to === "none") return
  const row = { pseudonym, template, remaining: to === "one" ? 1 : 0 } as const
  await tables(sql)
    .insertInto("weir_subscriptions")
    .values({ ...row, lasting: to === "all" ? 1 : 0 })
    .execute()
}

const spendIn = async (
  sql: Sql,
  means: Means,
  contact: Contact,
  template: string
): Promise<boolean> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_subscriptions")
    .set((column) => ({
      remaining: column
        .case()
        .when("lasting", "=", 1)
        .then(column.ref("remaining"))
        .else(column("remaining", "-", 1))
        .end()
    }))
    .where("pseudonym", "=", contactPseudonym(means, contact))
    .where("template", "=", template)
    .where((is) => is.or([is("remaining", ">", 0), is("lasting", "=", 1)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
