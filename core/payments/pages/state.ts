import type { Fen } from "../../values/money.ts"
import type { Invited } from "../invited.ts"
import type { Standing } from "../model.ts"

/** How a payment stands, in the words of its page. */
export type PayState = "open" | "paying" | "checking" | "paid" | "refunded" | "closed" | "over"

/** It may be another any moment. Of what has ended there is seldom news; a look is soon enough. */
export const isLive = (state: PayState) =>
  state === "open" || state === "paying" || state === "checking"

/** `over`: nobody can begin any more; what was begun before may still be paid. */
export const stateOf = (standing: Standing, isOver: boolean): PayState => {
  switch (standing._tag) {
    case "Open":
      return isOver ? "over" : "open"
    case "Refused":
      return isOver ? "over" : "open"
    case "Paying":
      return "paying"
    case "Awaited":
    case "Held":
    case "Reversing":
      return "checking"
    case "Paid":
      return standing.refunded > 0 ? "refunded" : "paid"
    case "Reversed":
      return standing.returned > 0 ? "refunded" : "closed"
    case "Closed":
      return "closed"
  }
}

/** What has gone back to the payer, or is on its way. */
export const returnedOf = (standing: Standing): Fen => {
  if (standing._tag === "Paid") return standing.refunded
  return standing._tag === "Reversed" ? standing.returned : (0 as Fen)
}

/** Who looks, and in what. */
export interface Visitor {
  /** Inside WeChat on a phone, in its mini program, in a phone's own browser, or on a computer. */
  readonly device: "wechat" | "mini-program" | "phone" | "computer"
  /** Whom WeChat says it is, at the account where the merchant sells; nobody where it has none for pages. */
  readonly customer: string | undefined
  /** The mini program's own page that pays, where it has one. */
  readonly miniPage: string | undefined
  /** Nobody knows yet whether what was begun here has been paid; it is being asked. */
  readonly isAsking?: boolean
  /** Where the cashier is, for a browser without script. */
  readonly h5Url?: string | undefined
}

/** What the page offers its visitor: a way to pay here, a code for a phone, or how to get to WeChat. */
export type Offer = "jsapi" | "h5" | "native" | "mini-program" | "in WeChat" | "nothing"

export const offerOf = ({ refused }: Invited, visitor: Visitor): Offer => {
  const { customer, device, miniPage } = visitor
  if (device === "mini-program" && miniPage !== undefined) return "mini-program"
  switch (device) {
    case "mini-program":
    case "wechat":
      return customer === undefined || refused.includes("jsapi") ? "nothing" : "jsapi"
    case "phone":
      return refused.includes("h5") ? "in WeChat" : "h5"
    case "computer":
      return refused.includes("native") ? "in WeChat" : "native"
  }
}

/** What was begun was begun by this visitor, as far as anybody can tell. */
export const isOwn = ({ begun }: Invited, offer: Offer, { customer }: Visitor) =>
  begun !== undefined &&
  begun.way === offer &&
  (begun.payer === undefined || begun.payer === customer)
