import { Duration } from "effect"
import { type Ability, lackOf } from "../wechat/abilities.ts"
import type { Account } from "../wechat/account.ts"
import { type ConsentSaid, isGiven } from "./consents.ts"
import { type Action, type Allowance, allowances } from "./contacts.ts"

/** What is to be told: something that concerns them, or advertising, which needs consent given to the legal entity it is from. */
export interface Wanted {
  readonly purpose: "transaction" | "marketing"
  /** The legal entity that speaks; marketing only. */
  readonly entity?: string
  /** By appid, the ids of the templates that say it. */
  readonly templates?: {
    readonly [appid: string]: { readonly subscription?: string; readonly template?: string }
  }
}

/** How somebody may be told something, and why not otherwise. */
export type Reach =
  | {
      /** One agreed message, a template message, a customer-service message, a mass message. */
      readonly channel: "subscription" | "template" | "custom" | "mass"
      readonly appid: string
      readonly openid: string
      readonly template?: string
      /** The window that a customer-service message uses up. */
      readonly action?: Action
      /** Until when, as far as it is known; UTC ms. */
      readonly until?: number
    }
  | { readonly not: Obstacle; readonly tried: ReadonlyArray<Tried> }

/** What stands between us and somebody. */
export type Obstacle =
  | "no contact"
  | "no consent"
  | "not allowed"
  | "no template"
  | "not subscribed"
  | "not following"
  | "blocked"
  | "no window"
  | "used up"

interface Tried {
  readonly appid: string
  readonly channel: Ability
  readonly why: Obstacle
}

/** How an account stands with one of its openids. */
export interface ContactFacts {
  readonly account: Account
  readonly openid: string
  readonly followedAt: number | undefined
  readonly blockedAt: number | undefined
  readonly windows: ReadonlyArray<{
    readonly action: Action
    readonly at: number
    readonly sent: number
  }>
  readonly subscriptions: ReadonlyArray<{
    readonly template: string
    readonly remaining: number
    readonly lasting: boolean
  }>
}

/** All that decides how somebody may be reached. */
export interface ReachFacts {
  readonly contacts: ReadonlyArray<ContactFacts>
  readonly consents: ReadonlyArray<ConsentSaid>
}

type Found = Exclude<Reach, { readonly not: Obstacle }>
type Look = (contact: ContactFacts, wanted: Wanted, now: number) => Found | Obstacle

/**
 * How somebody may be told something now, in the order in which a channel suits them: what they agreed to, what followers may be sent,
 * what their own last step allows. A decision over stored facts alone.
 */
export const reachOf = (facts: ReachFacts, wanted: Wanted, now: number): Reach => {
  const marketing = wanted.purpose === "marketing"
  if (marketing && !isAgreed(facts, wanted)) return { not: "no consent", tried: [] }
  const tried: Array<Tried> = []
  for (const [channel, look] of marketing ? mass : told)
    for (const contact of facts.contacts) {
      const found = permitted(contact, channel, look, wanted, now)
      if (typeof found !== "string") return found
      tried.push({ appid: contact.account.appid, channel, why: found })
    }
  return { not: telling(tried), tried }
}

const isAgreed = ({ consents }: ReachFacts, { entity }: Wanted) =>
  entity !== undefined && isGiven(consents, { entity, purpose: "marketing" })

const permitted = (
  contact: ContactFacts,
  channel: Ability,
  look: Look,
  wanted: Wanted,
  now: number
): Found | Obstacle => {
  const { account, openid } = contact
  if (lackOf(account, channel, now, openid) !== undefined) return "not allowed"
  const found = look(contact, wanted, now)
  if (typeof found === "string") return found
  const until = Math.min(
    found.until ?? Number.POSITIVE_INFINITY,
    account.certifiedUntil ?? Number.POSITIVE_INFINITY
  )
  return Number.isFinite(until) ? { ...found, until } : found
}

const subscription: Look = ({ account: { appid }, openid, subscriptions }, { templates }) => {
  const template = templates?.[appid]?.subscription
  if (template === undefined) return "no template"
  const agreed = subscriptions.find((one) => one.template === template)
  return agreed === undefined || (agreed.remaining <= 0 && !agreed.lasting)
    ? "not subscribed"
    : { channel: "subscription", appid, openid, template }
}

const template: Look = (contact, { templates }) => {
  const { appid } = contact.account
  const id = templates?.[appid]?.template
  if (id === undefined) return "no template"
  return away(contact) ?? { channel: "template", appid, openid: contact.openid, template: id }
}

const custom: Look = (contact, _, now) => {
  const { account, openid, windows } = contact
  const obstacle = account.kind === "mini-program" ? undefined : away(contact)
  if (obstacle !== undefined) return obstacle
  const open = windows
    .map((window) => ({ ...window, ...lastingUntil(window) }))
    .filter(({ until }) => now < until)
    .toSorted((a, b) => a.until - b.until)
  if (open.length === 0) return "no window"
  const [first] = open.filter(({ left }) => left > 0)
  return first === undefined
    ? "used up"
    : {
        channel: "custom",
        appid: account.appid,
        openid,
        action: first.action,
        until: first.until
      }
}

const everybody: Look = (contact, { entity }) => {
  const { account, openid } = contact
  if (account.entity !== entity) return "no consent"
  return away(contact) ?? { channel: "mass", appid: account.appid, openid }
}

const told: ReadonlyArray<readonly [Ability, Look]> = [
  ["subscription", subscription],
  ["template", template],
  ["custom", custom]
]
const mass: ReadonlyArray<readonly [Ability, Look]> = [["mass", everybody]]

const away = ({ blockedAt, followedAt }: ContactFacts): Obstacle | undefined => {
  if (followedAt === undefined) return "not following"
  return blockedAt === undefined ? undefined : "blocked"
}

const lastingUntil = ({ action, at, sent }: ContactFacts["windows"][number]) => {
  const { messages, within }: Allowance = allowances[action]
  return { until: at + Duration.toMillis(within), left: messages - sent }
}

/** Of several obstacles the one that tells most: what they did themselves, then what they have not done, then what is ours to mend. */
const order: ReadonlyArray<Obstacle> = [
  "blocked",
  "used up",
  "not subscribed",
  "not following",
  "not allowed",
  "no window",
  "no template",
  "no consent"
]
const telling = (tried: ReadonlyArray<Tried>): Obstacle =>
  order.find((obstacle) => tried.some(({ why }) => why === obstacle)) ?? "no contact"
