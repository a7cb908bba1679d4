import type { RawRequest } from "#core"
import type { Merchant } from "../credentials.ts"
import { isSignedBy, requestText } from "../seal.ts"
import { badAuthorization, badSerial, badSignature, badTime, type Refused } from "./refusal.ts"

const form = /^WECHATPAY2-SHA256-RSA2048 (?:[a-z_]+="[^"]*"(?:,|$)){5}$/
const skew = 300

/**
 * Who is asking: the merchant whose key signed exactly these bytes. In WeChat's order: form, time, serial, signature;
 * whoever fails here is answered without a signature, since there is nobody yet to sign for.
 */
export const admit = (
  request: RawRequest,
  merchantOf: (mchid: string) => Merchant | undefined,
  now: number
): Merchant | Refused => {
  const header = request.headers.authorization ?? ""
  if (!form.test(header)) return badAuthorization()
  const fields = new Map(
    [...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name, value]) => [name, value])
  )
  const [mchid, nonce, signature, timestamp, serial] = names.map((name) => fields.get(name) ?? "")
  if (!mchid || !nonce || !signature || !timestamp || !serial) return badAuthorization()
  if (!/^\d{1,12}$/.test(timestamp)) return badAuthorization()
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > skew)
    return badTime(where("timestamp", timestamp))
  const merchant = merchantOf(mchid)
  if (merchant === undefined || merchant.serial !== serial)
    return badSerial(where("serial_no", serial))
  const text = requestText(request.method, request.target, timestamp, nonce, request.body)
  if (!isSignedBy(merchant.publicKey, text, signature)) {
    return badSignature({
      ...where("signature", signature),
      sign_information: about(request, text)
    })
  }
  return merchant
}

const names = ["mchid", "nonce_str", "signature", "timestamp", "serial_no"]

const where = (field: string, value: string) => ({ location: "authorization", field, value })

/** What WeChat saw, so that a developer can lay it beside what was signed. */
const about = ({ method, target }: RawRequest, text: Buffer) => ({
  method,
  url: target,
  sign_message_length: text.length,
  truncated_sign_message: text.subarray(0, 256).toString("utf8")
})
