import { Effect } from "effect"
import type { Sql } from "../database/database.ts"
import type { Account } from "../wechat/account.ts"
import { Callbacks } from "../wechat/callback/callbacks.ts"
import type { Message } from "../wechat/callback/message.ts"
import { type Contact, contactPseudonym } from "./contacts.ts"
import { Customers } from "./customers.ts"
import { knownAs } from "./identities.ts"
import { type Means, makeMeans } from "./means.ts"
import type { CustomerId, NewEntry } from "./model.ts"
import { forgetProfileIn } from "./profile.ts"
import { tables } from "./store.ts"

/** Writes down what people do at our accounts, in the write that stores WeChat's push. */
export const followPushes = Effect.gen(function* () {
  const customers = yield* Customers
  const means = yield* makeMeans
  yield* Callbacks.use(({ listen }) =>
    listen("customers", (sql, account, message) =>
      heard({ sql, account, customers, means }, message)
    )
  )
})

interface Hearing {
  readonly sql: Sql
  readonly account: Account
  readonly customers: Customers["Service"]
  readonly means: Means
}

const heard = async (hearing: Hearing, message: Message): Promise<void> => {
  if (!("openid" in message)) return
  const { account, customers, means, sql } = hearing
  const contact = { appid: account.appid, openid: message.openid }
  if (await isOfTheForgotten(sql, means, contact, message.at)) return
  switch (message.type) {
    case "unfollowed":
    case "authorization-revoked":
      return forget(hearing, contact, message)
    case "user-info-changed":
      return forgetOutdated(hearing, contact)
    default:
      break
  }
  const did = stepOf(message)
  if (did === undefined) return
  const customer = await customers.recogniseIn(sql, account, contact)
  await did(hearing, contact, customer)
}

type Step = (hearing: Hearing, contact: Contact, customer: CustomerId) => Promise<unknown>

/** What a push changes for whoever it is about; nothing, if it is no step of theirs towards us. */
const stepOf = (message: Message): Step | undefined => {
  const { at } = message
  switch (message.type) {
    case "followed":
      return async (hearing, contact, customer) => {
        const { contacts } = hearing.customers
        const { scene } = message
        await contacts.followed(hearing.sql, contact, at)
        await contacts.acted(hearing.sql, contact, "follow", at)
        if (scene !== undefined) await contacts.acted(hearing.sql, contact, "scan", at)
        await note(hearing, customer, { kind: "followed", at, ...dataOf({ scene }) })
      }
    case "scanned":
      return async (hearing, contact, customer) => {
        await hearing.customers.contacts.acted(hearing.sql, contact, "scan", at)
        await note(hearing, customer, { kind: "scanned", at, ...dataOf({ scene: message.scene }) })
      }
    case "menu-tapped":
    case "code-scanned":
      return ({ customers, sql }, contact) => customers.contacts.acted(sql, contact, "menu", at)
    case "text":
      return wrote(at, "text", message.text)
    case "voice":
      return wrote(at, "voice", message.recognised)
    case "image":
    case "video":
      return wrote(at, message.type)
    case "location":
      return wrote(at, "location", message.label)
    case "link":
      return wrote(at, "link", message.title)
    case "subscriptions-answered":
      return async ({ customers: { contacts }, sql }, contact) => {
        // Their last word counts: a no ends what was agreed to before.
        for (const { accepted, templateId } of message.answers)
          await contacts.subscribed(sql, contact, templateId, accepted ? "one" : "none")
      }
    case "template-message-done":
      if (message.result !== "refused by user") return undefined
      return ({ customers, sql }, contact) => customers.contacts.blocked(sql, contact, at)
    default:
      return undefined
  }
}

const wrote =
  (at: number, what: string, text?: string): Step =>
  async (hearing, contact, customer) => {
    await hearing.customers.contacts.acted(hearing.sql, contact, "message", at)
    await note(hearing, customer, { kind: "wrote", at, text, data: { what } })
  }

const note = ({ customers, sql }: Hearing, customer: CustomerId, entry: NewEntry) =>
  customers.note(sql, customer, entry)

const dataOf = ({ scene }: { readonly scene: string | undefined }) =>
  scene === undefined ? {} : { data: { scene } }

/** Whoever unfollows, or takes back what we may know, is forgotten; and who has followed again since then is somebody new. */
const forget = async (hearing: Hearing, contact: Contact, { at, type }: Message) => {
  const { account, customers, means, sql } = hearing
  const customer = await knownAs(sql, means, account, contact)
  if (customer === undefined) return
  const followed = await followedAt(sql, means, contact)
  await customers.eraseIn(sql, customer, type, at)
  if (followed === undefined || followed <= at) return
  const again = await customers.recogniseIn(sql, account, contact)
  await customers.contacts.followed(sql, contact, followed)
  await note(hearing, again, { kind: "followed", at: followed })
}

/** WeChat tells that a name or a picture has changed, and not to what. */
const forgetOutdated = async ({ account, means, sql }: Hearing, contact: Contact) => {
  const customer = await knownAs(sql, means, account, contact)
  if (customer !== undefined) await forgetProfileIn(sql, customer, ["nickname", "avatar"])
}

/** Pushes overtake each other: what somebody did before they asked to be forgotten does not bring them back. */
const isOfTheForgotten = async (
  sql: Sql,
  means: Means,
  contact: Contact,
  at: number
): Promise<boolean> => {
  const row = await tables(sql)
    .selectFrom("weir_identities as identity")
    .innerJoin("weir_customers as holder", "holder.id", "identity.customer")
    .select("holder.erased_at")
    .where("identity.pseudonym", "=", contactPseudonym(means, contact))
    .where("identity.sealed", "is", null)
    .executeTakeFirst()
  return row !== undefined && row.erased_at !== null && at <= row.erased_at
}

const followedAt = async (sql: Sql, means: Means, contact: Contact) => {
  const row = await tables(sql)
    .selectFrom("weir_contacts")
    .select("followed_at")
    .where("pseudonym", "=", contactPseudonym(means, contact))
    .executeTakeFirst()
  return row?.followed_at ?? undefined
}
