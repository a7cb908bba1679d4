import { Effect } from "effect"
import { Transport } from "../../../transport.ts"
import type { Call } from "../call.ts"
import type { Merchant, V2 } from "../merchant.ts"
import { makeNonce } from "../nonce.ts"
import { judgeV2 } from "./judgement.ts"
import { type V2Request, type V3Request, v2Request } from "./request.ts"
import { signFields } from "./sign.ts"
import { writeFields } from "./xml.ts"

/** A call that version 2 knows. */
export type V2Question<A> = Call<A> & V3Request

/** Answers weigh a few kilobytes; what is heavier is not WeChat's. */
const MAX_BYTES = 64 * 1024

/** Says a call in version 2, once, and gives back what it came to. */
export const makeHearV2 = Effect.fnUntraced(function* (origin: string) {
  const transport = yield* Transport

  const exchange = Effect.fnUntraced(function* (
    { client, key, signType }: V2,
    { fields, isCertified, path }: V2Request,
    timeout: Call<unknown>["timeout"]
  ) {
    const nonce_str = yield* makeNonce
    // MD5 is what WeChat takes for granted; what is said takes part in the signature.
    const said = {
      ...fields,
      nonce_str,
      ...(signType === "MD5" ? {} : { sign_type: signType })
    }
    const body = writeFields({ ...said, sign: signFields(said, signType, key) })
    return yield* transport.exchange({
      method: "POST",
      url: origin + path,
      headers: {
        "content-type": "text/xml; charset=utf-8",
        "user-agent": "weir",
        ...(isCertified && standIn(origin, client))
      },
      body: Buffer.from(body),
      timeout,
      maxBytes: MAX_BYTES,
      ...(isCertified && { client })
    })
  })

  return Effect.fnUntraced(function* <A>(
    merchant: Merchant & { readonly v2: V2 },
    call: V2Question<A>
  ) {
    const { v2 } = merchant
    const request = v2Request(merchant, call)
    const answer = yield* Effect.result(exchange(v2, request, call.timeout))
    return judgeV2(call, request.fields, v2, answer)
  })
})

/** Without TLS there is nothing to show a certificate in; a sandbox takes its serial number for it. */
const standIn = (origin: string, { id }: V2["client"]) =>
  origin.startsWith("http:") ? { "x-client-certificate": id } : {}
