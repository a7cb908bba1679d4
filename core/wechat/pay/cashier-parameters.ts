import { Clock, Effect, Schema } from "effect"
import { lines } from "./authorization.ts"
import type { Merchant, V2 } from "./merchant.ts"
import { makeNonce } from "./nonce.ts"
import { Signer } from "./signer.ts"
import { signFields } from "./v2/sign.ts"
import type { OrderWay } from "./ways.ts"

/** What opens the cashier on a payer's device; the words of each way are those its client asks for. */
export const CashierParameters = Schema.Union([
  /** Drawn as a QR. */
  Schema.Struct({ way: Schema.Literal("native"), codeUrl: Schema.String }),
  /** Where the payer's browser goes, from a page of the domain that WeChat knows. */
  Schema.Struct({ way: Schema.Literal("h5"), h5Url: Schema.String }),
  /** For `getBrandWCPayRequest` of a page inside WeChat, or `wx.requestPayment` of a mini program, which needs no `appId`. */
  Schema.Struct({
    way: Schema.Literal("jsapi"),
    appId: Schema.String,
    timeStamp: Schema.String,
    nonceStr: Schema.String,
    package: Schema.String,
    signType: Schema.Literals(["RSA", "MD5", "HMAC-SHA256"]),
    paySign: Schema.String
  }),
  /** For the `PayReq` of the OpenSDK; iOS calls `packageValue` `package`. */
  Schema.Struct({
    way: Schema.Literal("app"),
    appId: Schema.String,
    partnerId: Schema.String,
    prepayId: Schema.String,
    packageValue: Schema.Literal("Sign=WXPay"),
    nonceStr: Schema.String,
    timeStamp: Schema.String,
    sign: Schema.String
  })
])
export type CashierParameters = typeof CashierParameters.Type

/** An order that WeChat has taken. */
interface Taken {
  readonly way: OrderWay
  /** Of the page or app that opens the cashier; a partner signs with it too, never with its own. */
  readonly appid: string
  /** What WeChat gave for it. */
  readonly prepay: string
}

/** Signs what a client needs to open the cashier (pay.md §2.2), with the key of the order. Made anew each time it is asked for. */
export const cashierParameters = Effect.fnUntraced(function* (
  { mchid, privateKey, protocol, v2 }: Merchant,
  { appid: appId, prepay, way }: Taken
): Effect.fn.Return<CashierParameters, never, Signer> {
  if (way === "native") return { way, codeUrl: prepay }
  if (way === "h5") return { way, h5Url: prepay }
  const timeStamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
  const nonceStr = yield* makeNonce
  if (protocol === "v2" && v2 !== undefined)
    return way === "app"
      ? v2App(v2, { appId, partnerId: mchid, prepayId: prepay, nonceStr, timeStamp })
      : v2Jsapi(v2, { appId, timeStamp, nonceStr, package: `prepay_id=${prepay}` })
  // An app signs the bare number, everything inside WeChat signs it with its name.
  const fourth = way === "app" ? prepay : `prepay_id=${prepay}`
  const text = lines(appId, timeStamp, nonceStr, fourth)
  const signature = yield* Signer.use((signer) => signer.sign(privateKey, text))
  return way === "app"
    ? {
        ...{ way, appId, partnerId: mchid, prepayId: prepay, packageValue: "Sign=WXPay" },
        ...{ nonceStr, timeStamp, sign: signature }
      }
    : {
        ...{ way, appId, timeStamp, nonceStr },
        ...{ package: fourth, signType: "RSA", paySign: signature }
      }
})

/** Version 2 signs all that it gives, `signType` too, by the names its client knows (pay.md §6). */
const v2Jsapi = (
  { key, signType }: V2,
  given: Readonly<Record<"appId" | "timeStamp" | "nonceStr" | "package", string>>
): CashierParameters => ({
  ...{ way: "jsapi", ...given, signType },
  paySign: signFields({ ...given, signType }, signType, key)
})

/** An app signs the same under names in small letters. */
const v2App = (
  { key, signType }: V2,
  given: Readonly<Record<"appId" | "partnerId" | "prepayId" | "nonceStr" | "timeStamp", string>>
): CashierParameters => {
  const signed = {
    appid: given.appId,
    partnerid: given.partnerId,
    prepayid: given.prepayId,
    package: "Sign=WXPay",
    noncestr: given.nonceStr,
    timestamp: given.timeStamp
  }
  return {
    ...{ way: "app", ...given, packageValue: "Sign=WXPay" },
    sign: signFields(signed, signType, key)
  }
}
