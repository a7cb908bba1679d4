import { Schema } from "effect"

/** Our own number of a person in the pool. It says nothing about them, and leads to them also after two turned out to be one. */
export const CustomerId = Schema.String.check(Schema.isPattern(/^[0-9a-f]{28}$/)).pipe(
  Schema.brand("CustomerId")
)
export type CustomerId = typeof CustomerId.Type

/**
 * What a person is known by. `within` says where `value` means them: the appid of an openid, the name under which accounts share a
 * unionid, the old system of a member number; nothing for a phone. A phone tells where to find people and never that two are one.
 */
export interface Identity {
  readonly kind: "openid" | "unionid" | "member" | "phone"
  readonly within: string
  readonly value: string
}

/** What WeChat says of somebody: the openid is known to one account, the unionid to all that share it. */
export interface Who {
  readonly openid: string
  readonly unionid?: string | undefined
}

/** What of an account the pool must know. Accounts with the same `union` share a unionid. */
export interface At {
  readonly appid: string
  readonly union?: string | undefined
}

/** What a person has let us know of themselves. */
export interface Profile {
  readonly nickname?: string
  /** An address of WeChat's; dies when they change their picture. */
  readonly avatar?: string
  readonly phone?: string
  readonly name?: string
}

/** Until when something about a person is kept although they want to be forgotten; UTC ms. */
export interface Keep {
  /** Until when law demands it. It is only stored then, and shown to nobody once it is not open any more. */
  readonly until: number
  /** Until when something may still follow from it: a refund, a delivery, a penalty. */
  readonly openUntil: number
}

/** A line of somebody's timeline, to be written with the fact it tells of. */
export interface NewEntry {
  /** What happened: `paid`, `told`, `wrote`, `followed`, `scanned`, …; at most 32 characters. */
  readonly kind: string
  /** UTC ms. */
  readonly at: number
  readonly plugin?: string | undefined
  /** The plugin's own key for what this is about. */
  readonly reference?: string | undefined
  /** Numbers a payment is known by: ours, WeChat's. */
  readonly paymentNumbers?: ReadonlyArray<string>
  /** What the person wrote or reads; gone with their profile. */
  readonly text?: string | undefined
  /** Facts that stay as long as the entry does. */
  readonly data?: Schema.Json
  /** Without it the entry goes with the profile. */
  readonly keep?: Keep
  /** Written once however often it is said, as the handlers of a plugin may run twice: the plugin's own name of the fact. */
  readonly once?: string
}

/** A line of somebody's timeline. */
export interface Entry {
  readonly id: string
  readonly kind: string
  readonly at: number
  readonly plugin: string
  readonly reference?: string
  readonly paymentNumbers?: ReadonlyArray<string>
  readonly text?: string
  readonly data?: Schema.Json
}

/** Part of a long list: so many, behind the one where the last part ended. */
export interface Page {
  readonly limit: number
  /** `next` of the part before. */
  readonly after?: string | undefined
}

/** A part of a long list, and where the next one begins if there is more. */
export interface Paged<A> {
  readonly items: ReadonlyArray<A>
  readonly next?: string
}

/** Nobody has this number. */
export class CustomerUnknown extends Schema.TaggedError<CustomerUnknown>()("CustomerUnknown", {
  customer: Schema.String
}) {
  readonly status = 404
  override readonly message = "There is no such customer"
}

/** Somebody else is known by it. Whoever knows that the two are one merges them; else it must be moved. */
export class IdentityTaken extends Schema.TaggedError<IdentityTaken>()("IdentityTaken", {
  by: CustomerId
}) {
  readonly status = 409
  override readonly message = "Another customer is known by this already"
}

/** Nobody is known by it. */
export class IdentityUnknown extends Schema.TaggedError<IdentityUnknown>()("IdentityUnknown", {}) {
  readonly status = 404
  override readonly message = "No customer is known by this"
}
