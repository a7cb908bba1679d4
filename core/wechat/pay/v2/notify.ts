import { createDecipheriv, hash } from "node:crypto"
import { Effect, Option, Redacted } from "effect"
import { NotAuthentic, type PayFailure } from "../errors.ts"
import type { Merchant, V2 } from "../merchant.ts"
import type { Notify } from "../notify.ts"
import { type RefundStatus, readTransaction } from "../wire.ts"
import { orderWords } from "./answer.ts"
import { type Fields, isSigned } from "./sign.ts"
import { readFields, readSealedFields } from "./xml.ts"

/** Asks WeChat where a refund stands. */
type Confirm = (outRefundNo: string) => Effect.Effect<RefundStatus, PayFailure>

/**
 * Opens a notify of version 2. A payment's carries a signature and is nobody's without it. A refund's carries none: what is sealed in
 * it is only a hint, and what WeChat says when it is asked is what counts.
 */
export const openV2Notify = Effect.fnUntraced(function* (
  { v2 }: Pick<Merchant, "v2">,
  body: Uint8Array,
  confirm: Confirm
): Effect.fn.Return<Notify, NotAuthentic> {
  const fields = Option.getOrUndefined(readFields(body))
  if (v2 === undefined || fields === undefined)
    return yield* new NotAuthentic({ reason: "malformed" })
  return fields.req_info === undefined
    ? yield* payment(fields, v2)
    : yield* refund(fields.req_info, v2, confirm)
})

const payment = Effect.fnUntraced(function* (fields: Fields, v2: V2) {
  const { result_code, return_code, sign_type, transaction_id = "" } = fields
  const type = sign_type === "MD5" || sign_type === "HMAC-SHA256" ? sign_type : v2.signType
  if (!isSigned(fields, type, v2.key)) return yield* new NotAuthentic({ reason: "signature" })
  if (return_code !== "SUCCESS" || result_code !== "SUCCESS")
    return notify(fields.nonce_str ?? "", "TRANSACTION.FAIL", {
      kind: "other",
      originalType: "transaction"
    })
  const read = readTransaction(JSON.stringify(orderWords(fields, "SUCCESS")))
  if (Option.isNone(read)) return yield* new NotAuthentic({ reason: "malformed" })
  const transaction = read.value
  return notify(transaction_id, "TRANSACTION.SUCCESS", { kind: "transaction", transaction })
})

const refund = Effect.fnUntraced(function* (sealed: string, { key }: V2, confirm: Confirm) {
  const plain = unseal(sealed, key)
  if (plain === undefined) return yield* new NotAuthentic({ reason: "decryption" })
  const { out_refund_no } = Option.getOrElse(readSealedFields(plain), (): Fields => ({}))
  if (out_refund_no === undefined) return yield* new NotAuthentic({ reason: "malformed" })
  const status = yield* Effect.mapError(
    confirm(out_refund_no),
    () => new NotAuthentic({ reason: "unconfirmed" })
  )
  return notify(`${status.refundId}/${status.status}`, `REFUND.${status.status}`, {
    kind: "refund",
    refund: status
  })
})

const notify = (id: string, eventType: string, resource: Notify["resource"]): Notify => ({
  id,
  eventType,
  resource
})

/** AES-256-ECB under the MD5 of the key, as its 32 small hexadecimal letters. It hides, but proves nothing. */
const unseal = (sealed: string, key: Redacted.Redacted): Uint8Array | undefined => {
  try {
    const secret = Buffer.from(hash("md5", Redacted.value(key)))
    const decipher = createDecipheriv("aes-256-ecb", secret, null)
    return Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()])
  } catch {
    return undefined
  }
}
