import { Schema } from "effect"
import type { Account, AccountKind } from "./account.ts"

/** What an account can do at WeChat, as far as WeChat allows it to some accounts and not to others. */
export const Ability = Schema.Literals([
  "oauth",
  "session",
  "menu",
  "custom",
  "mass",
  "tags",
  "users",
  "media",
  "qrcode",
  "location",
  "template",
  "subscription",
  "jssdk",
  "jssdk-share",
  "voice",
  "pay"
])
export type Ability = typeof Ability.Type

/** What it takes: nothing, or WeChat's certification. What is not named is never allowed. */
type Needs = Partial<Readonly<Record<Ability, "nothing" | "certification">>>

/** What both kinds of official accounts may do. */
const official: Needs = {
  jssdk: "nothing",
  "jssdk-share": "certification",
  custom: "certification",
  mass: "certification",
  tags: "certification",
  users: "certification",
  media: "certification",
  voice: "certification"
}

/**
 * WeChat's permission table (公众平台, 接口权限说明). Website and mobile apps have passed the Open Platform's own review before they have
 * an appid at all.
 */
const table: Readonly<Record<AccountKind, Needs>> = {
  service: {
    ...official,
    menu: "nothing",
    oauth: "certification",
    qrcode: "certification",
    location: "certification",
    template: "certification",
    subscription: "certification",
    pay: "certification"
  },
  subscription: { ...official, menu: "certification" },
  "mini-program": {
    session: "nothing",
    custom: "nothing",
    media: "nothing",
    subscription: "nothing",
    pay: "certification"
  },
  website: { oauth: "nothing" },
  app: { oauth: "nothing", pay: "nothing" }
}

/** Why an account may not do something now. */
export type Lack = "kind" | "certification" | "certification ended" | "pilot"

/** Why an account may not do something now, or not for this person; nothing if it may. */
export const lackOf = (
  account: Account,
  ability: Ability,
  now: number,
  openid?: string
): Lack | undefined => {
  const needs = table[account.kind][ability]
  if (needs === undefined) return "kind"
  if (needs === "certification" && !account.certified) return "certification"
  if (needs === "certification" && now >= (account.certifiedUntil ?? Number.POSITIVE_INFINITY))
    return "certification ended"
  const chosen = account.pilot[ability]
  return chosen === undefined || openid === undefined || chosen.includes(openid)
    ? undefined
    : "pilot"
}

const sentences: Readonly<Record<Lack, (account: Account, ability: Ability) => string>> = {
  kind: ({ kind, name }, ability) => `account ${name} is a ${kind}, which never has "${ability}"`,
  certification: ({ name }, ability) =>
    `account ${name} is not certified and needs it for "${ability}"`,
  "certification ended": ({ name }, ability) =>
    `the certification of account ${name} has ended, and "${ability}" with it`,
  pilot: ({ name }, ability) =>
    `"${ability}" of account ${name} is open to the chosen few of its pilot only`
}

/** The same as a sentence for people. */
export const sayLack = (account: Account, ability: Ability, lack: Lack): string =>
  sentences[lack](account, ability)
