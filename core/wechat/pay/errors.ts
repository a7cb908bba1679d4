import { Schema } from "effect"
import type { Flaw } from "./verification.ts"

/** The exact cause, as WeChat numbers it: what follows the last `-` of a Request-ID; 0 is none. */
const internalNumber = (requestId: string | undefined): string | undefined =>
  /-(\d+)$/.exec(requestId ?? "")?.[1]

/** WeChat said no; nothing happened. */
export class PayRefused extends Schema.TaggedError<PayRefused>()("PayRefused", {
  status: Schema.Int,
  /** In our one spelling; match this, never the message. */
  code: Schema.String,
  message: Schema.String,
  /** The request's field that is wrong, as a JSON pointer or the name of a query parameter. */
  field: Schema.optionalKey(Schema.String),
  requestId: Schema.optionalKey(Schema.String),
  reaction: Schema.Literals(["repeat", "ask", "never", "payer", "operator"])
}) {
  get internalNumber() {
    return internalNumber(this.requestId)
  }
}

/** It may have happened: only a query tells. */
export class PayUnknown extends Schema.TaggedError<PayUnknown>()("PayUnknown", {
  reason: Schema.String,
  requestId: Schema.optionalKey(Schema.String)
}) {
  override readonly message = `Outcome unknown: ${this.reason}`

  get internalNumber() {
    return internalNumber(this.requestId)
  }
}

/** The request never left this machine. */
export class PayNotSent extends Schema.TaggedError<PayNotSent>()("PayNotSent", {
  reason: Schema.String
}) {
  override readonly message = `Not sent: ${this.reason}`
}

export type PayFailure = PayRefused | PayUnknown | PayNotSent

const explanations = {
  malformed: "not in the form of WeChat's messages",
  probe: "a probe: signed wrongly on purpose, the right one follows",
  "unknown serial": "signed with a key that is not configured",
  stale: "its timestamp is more than five minutes off",
  signature: "its signature does not fit",
  decryption: "it cannot be decrypted: wrong APIv3 key?",
  unconfirmed: "WeChat does not confirm it when asked"
} satisfies Record<Flaw | "decryption" | "unconfirmed", string>

/** A notify that cannot be taken for WeChat's. Refused, it comes again if it was. */
export class NotAuthentic extends Schema.TaggedError<NotAuthentic>()("NotAuthentic", {
  reason: Schema.Literals([
    "malformed",
    "probe",
    "unknown serial",
    "stale",
    "signature",
    "decryption",
    "unconfirmed"
  ])
}) {
  readonly status = 401
  override readonly message = `Not an authentic notify: ${explanations[this.reason]}`
}

/** The same words for an answer that was discarded. */
export const explain = (flaw: Flaw): string => explanations[flaw]
