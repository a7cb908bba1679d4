import { Effect, Option } from "effect"
import { Transport } from "../../transport.ts"
import type { Call } from "./call.ts"
import { PayNotSent, PayUnknown } from "./errors.ts"
import type { Merchant } from "./merchant.ts"
import { makeSign } from "./send.ts"
import { readBillAddress } from "./wire.ts"

/** `trade`: every payment and refund of a day. `funds`: every movement on the merchant's account. */
export type BillKind = "trade" | "funds"

/** Where a bill can be fetched within five minutes, and the SHA-1 that its unpacked bytes must have. */
export interface BillAddress {
  /** Path and query at WeChat Pay. */
  readonly target: string
  /** In lower case. */
  readonly hash: string
}

/** What a packed bill may weigh: ten million rows. */
const MAX_BYTES = 2 ** 30

const targets = {
  trade: "/v3/bill/tradebill?bill_type=ALL",
  funds: "/v3/bill/fundflowbill?account_type=BASIC"
}

/** Asks for the bill of a day, `2026-11-24`. */
export const billCall = (kind: BillKind, day: string): Call<BillAddress> => ({
  operation: "bill",
  method: "GET",
  target: `${targets[kind]}&bill_date=${day}&tar_type=GZIP`,
  timeout: "10 seconds",
  read: (text) => Option.flatMap(readBillAddress(text), addressOf)
})

const addressOf = ({ hash, url }: { readonly hash: string; readonly url: string }) => {
  const [, target] = /^https?:\/\/[^/?#]+(\/v3\/[^#\s]+)$/.exec(url) ?? []
  return target === undefined ? Option.none() : Option.some({ target, hash: hash.toLowerCase() })
}

/** Fetches a file of WeChat's. It is asked for where everything else is, so that a signature never goes to a host that an answer names. */
export const makeFetch = Effect.fnUntraced(function* (url: string) {
  const sign = yield* makeSign(url)
  const transport = yield* Transport

  return Effect.fnUntraced(function* (
    merchant: Merchant,
    { target }: BillAddress,
    into: (piece: Uint8Array) => void
  ) {
    const signed = yield* sign(merchant, { method: "GET", target })
    const { status } = yield* transport
      .exchange({ ...signed, timeout: "4 minutes", maxBytes: MAX_BYTES, into })
      .pipe(
        Effect.catchTags({
          NotSent: ({ reason }) => Effect.fail(new PayNotSent({ reason })),
          NoAnswer: ({ reason }) => Effect.fail(new PayUnknown({ reason }))
        })
      )
    if (status !== 200) return yield* new PayUnknown({ reason: `HTTP ${status} for a bill's file` })
  })
})
