import { Clock, Effect } from "effect"
import { lines } from "./authorization.ts"
import type { Merchant } from "./merchant.ts"
import { makeNonce } from "./nonce.ts"
import { Signer } from "./signer.ts"
import type { OrderWay } from "./ways.ts"

/** What opens the cashier on a payer's device; the words of each way are those its client asks for. */
export type CashierParameters =
  /** Drawn as a QR. */
  | { readonly way: "native"; readonly codeUrl: string }
  /** Where the payer's browser goes, from a page of the domain that WeChat knows. */
  | { readonly way: "h5"; readonly h5Url: string }
  /** For `getBrandWCPayRequest` of a page inside WeChat, or `wx.requestPayment` of a mini program, which needs no `appId`. */
  | {
      readonly way: "jsapi"
      readonly appId: string
      readonly timeStamp: string
      readonly nonceStr: string
      readonly package: string
      readonly signType: "RSA"
      readonly paySign: string
    }
  /** For the `PayReq` of the OpenSDK; iOS calls `packageValue` `package`. */
  | {
      readonly way: "app"
      readonly appId: string
      readonly partnerId: string
      readonly prepayId: string
      readonly packageValue: "Sign=WXPay"
      readonly nonceStr: string
      readonly timeStamp: string
      readonly sign: string
    }

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
  { mchid, privateKey }: Merchant,
  { appid: appId, prepay, way }: Taken
): Effect.fn.Return<CashierParameters, never, Signer> {
  if (way === "native") return { way, codeUrl: prepay }
  if (way === "h5") return { way, h5Url: prepay }
  const timeStamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
  const nonceStr = yield* makeNonce
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
