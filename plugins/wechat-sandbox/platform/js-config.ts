import { createHash } from "node:crypto"
import { Effect } from "effect"
import type { Account } from "./model.ts"
import type { PlatformServices } from "./platform.ts"

/** What a page hands to `wx.config`, and where it stands. */
export interface JsConfig {
  readonly url: string
  readonly timestamp: string
  readonly nonceStr: string
  readonly signature: string
}

/** What WeChat's browser says to `wx.config`: the host must be the account's, and the signature made with a ticket that lives. */
export const jsVerdict = Effect.fnUntraced(function* (
  { tokens }: PlatformServices,
  { appid, jsDomains }: Account,
  { nonceStr, signature, timestamp, url }: JsConfig
) {
  const page = URL.parse(url)
  if (
    page === null ||
    !jsDomains.some((domain) => domain === page.hostname || domain === page.host)
  ) {
    return "config:invalid url domain"
  }
  const seen = url.split("#", 1)[0] ?? url
  const good = (yield* tokens.tickets(appid)).some((ticket) => {
    const text = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${seen}`
    return createHash("sha1").update(text).digest("hex") === signature
  })
  return good ? "config:ok" : "config:invalid signature"
})
