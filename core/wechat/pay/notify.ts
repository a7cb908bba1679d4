import { Clock, Effect, Option } from "effect"
import { readComplaintNotify } from "./complaints/wire.ts"
import { openFor } from "./encryption.ts"
import { NotAuthentic } from "./errors.ts"
import type { Merchant } from "./merchant.ts"
import { flawOf, type Headers } from "./verification.ts"
import {
  type RefundStatus,
  readEnvelope,
  readRefundNotify,
  readTransaction,
  type Transaction
} from "./wire.ts"

/** What WeChat told us by itself. The same comes several times, out of order, also twice within a second. */
export interface Notify {
  readonly id: string
  readonly eventType: string
  readonly resource:
    | { readonly kind: "transaction"; readonly transaction: Transaction }
    | { readonly kind: "refund"; readonly refund: RefundStatus }
    | { readonly kind: "complaint"; readonly complaintId: string; readonly action: string }
    /** Authentic, and nothing we know: to be acknowledged all the same. */
    | { readonly kind: "other"; readonly originalType: string }
}

/** Opens a notify: the signature over the raw bytes and its age first, only then what is inside. */
export const openNotify = Effect.fnUntraced(function* (
  merchant: Merchant,
  message: { readonly headers: Headers; readonly body: Uint8Array }
): Effect.fn.Return<Notify, NotAuthentic> {
  const now = yield* Clock.currentTimeMillis
  const flaw = flawOf(merchant.keys, message.headers, message.body, now)
  if (flaw !== undefined) return yield* new NotAuthentic({ reason: flaw })

  const envelope = readEnvelope(Buffer.from(message.body).toString())
  if (Option.isNone(envelope)) return yield* new NotAuthentic({ reason: "malformed" })

  const { eventType, id, resource } = envelope.value
  const plain = openFor(merchant, resource)
  if (plain === undefined) return yield* new NotAuthentic({ reason: "decryption" })

  const inside = readResource(resource.originalType, Buffer.from(plain).toString())
  if (Option.isNone(inside)) return yield* new NotAuthentic({ reason: "malformed" })
  return { id, eventType, resource: inside.value }
})

const readResource = (originalType: string, plain: string): Option.Option<Notify["resource"]> => {
  switch (originalType) {
    case "transaction":
      return Option.map(readTransaction(plain), (transaction) => ({
        kind: originalType,
        transaction
      }))
    case "refund":
      return Option.map(readRefundNotify(plain), (refund) => ({ kind: originalType, refund }))
    case "complaint":
      return Option.map(readComplaintNotify(plain), (told) => ({ kind: originalType, ...told }))
    default:
      return Option.some({ kind: "other", originalType })
  }
}
