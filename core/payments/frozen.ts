import { Effect, Schema } from "effect"
import { Seal } from "../database/seal.ts"
import { ways } from "../wechat/pay/ways.ts"
import type { AttemptRow } from "./store.ts"

/**
 * The exact request of an order says who pays it, or whence their browser comes, and must be kept until the attempt has ended: so it rests
 * sealed. One that an older version kept rests as it was.
 */
export const makeFrozen = Effect.map(Seal, ({ open, seal }) => {
  const freeze = (id: string, request: string): string =>
    Buffer.from(seal(Buffer.from(request), place(id))).toString("base64")

  const thaw = ({ id, request }: Pick<AttemptRow, "id" | "request">): string | undefined => {
    if (request === null) return undefined
    if (request.startsWith("{")) return request
    return Buffer.from(open(Buffer.from(request, "base64"), place(id))).toString()
  }

  /** By their openid, who alone is to pay; as long as the request is there to say so. */
  const payerOf = (attempt: AttemptRow): string | undefined => {
    const request = ways[attempt.way].hasPayer ? thaw(attempt) : undefined
    const { payer } = request === undefined ? {} : payerIn(request)
    return payer?.openid ?? payer?.sub_openid ?? payer?.sp_openid
  }
  return { freeze, thaw, payerOf }
})

const place = (id: string) => `weir_attempts.request:${id}`

const name = Schema.optionalKey(Schema.String)
const Payer = Schema.Struct({ openid: name, sub_openid: name, sp_openid: name })
const payerIn: (request: string) => { readonly payer?: typeof Payer.Type } = Schema.decodeSync(
  Schema.fromJsonString(Schema.Struct({ payer: Schema.optionalKey(Payer) }))
)
