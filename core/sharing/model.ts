import { Schema } from "effect"
import type { Fen } from "../values/money.ts"

/** One line of text, as phones show it. */
const line = (longest: number) =>
  Schema.String.check(
    Schema.isPattern(/^[^\p{Cc}\u2028\u2029]+$/u, { expected: "one line of text" }),
    Schema.isMaxLength(longest)
  )

/** A path of ours, or an address: which ones, the service decides. */
const Address = Schema.String.check(Schema.isPattern(/^[!-~]{1,1000}$/, { expected: "an address" }))

/**
 * What friends see of a page when it is shared in WeChat. Nothing in it says who shared it, and nothing can be promised for doing so:
 * WeChat blocks domains and accounts for that (微信外部链接内容管理规范, platform guide §4.4), and it does not tell whether anything was shared.
 */
export const NewShareCard = Schema.Struct({
  /** The plugin's own key for what the page is about: each has one card. */
  reference: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(128)),
  /** Up to 64 characters. */
  title: line(64),
  /** Up to 120 characters. */
  description: Schema.optionalKey(line(120)),
  /** A square picture: a path of ours, or an `http` or `https` address. */
  image: Schema.optionalKey(Address),
  /** Where a visitor is led: a path of ours, or a page of a host in an account's `jsHosts`. */
  to: Address
})
export type NewShareCard = typeof NewShareCard.Type

/** A card as pages and phones know it. Addresses are whole. */
export interface ShareCard {
  /** What is shared: it counts the visit and leads on. */
  readonly link: string
  readonly title: string
  readonly description?: string
  readonly image?: string
}

/** What came of sharing a card, as far as visits are still known: the last 90 days. */
export interface ShareReport {
  /** One visitor counts once an hour. */
  readonly visits: number
  /** Customers, and browsers of which nobody has logged in. */
  readonly people: number
  /** Payments to the same plugin, by people who had come by this card within the seven days before. */
  readonly sales: number
  readonly amount: Fen
  /** How much of it went back since. */
  readonly returned: Fen
}

/** A share card cannot be made of this. */
export class ShareCardInvalid extends Schema.TaggedError<ShareCardInvalid>()("ShareCardInvalid", {
  problem: Schema.String
}) {
  readonly status = 422
  override readonly message = this.problem
}

/** Nobody shares anything at this address. */
export class ShareCardUnknown extends Schema.TaggedError<ShareCardUnknown>()(
  "ShareCardUnknown",
  {}
) {
  readonly status = 404
  override readonly message = "There is nothing shared at this address"
}

/** What a page needs to use WeChat's JS-SDK, by the names of `wx.config`. */
export const PageSignature = Schema.Struct({
  appId: Schema.String,
  /** In seconds. */
  timestamp: Schema.Int,
  nonceStr: Schema.String,
  signature: Schema.String
})
export type PageSignature = typeof PageSignature.Type

/** Why a page is not signed. */
export const SigningRefusal = Schema.Literals(["address", "host", "account"])
export type SigningRefusal = typeof SigningRefusal.Type

const sentences: Readonly<Record<SigningRefusal, string>> = {
  address: "The page's own address is wanted, as its browser has it, percent-encoded in `url`",
  host: "Pages of this host are not signed here",
  account: "No account signs pages of this host now"
}

/** A page that is not signed: whoever could have any page signed could speak for the account from it. */
export class SigningRefused extends Schema.TaggedError<SigningRefused>()("SigningRefused", {
  reason: SigningRefusal
}) {
  readonly status = 403
  override readonly message = sentences[this.reason]
}

/** WeChat gives no ticket to sign with now. */
export class SigningUnavailable extends Schema.TaggedError<SigningUnavailable>()(
  "SigningUnavailable",
  {}
) {
  readonly status = 503
  override readonly message = "WeChat gives nothing to sign with now; the page works without it"
}
