import { hash } from "node:crypto"
import { Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { SharedSecrets } from "./shared-secrets.ts"
import { readsAs, text } from "./wire.ts"

const readTicket = readsAs(
  Schema.Struct({ ticket: text(512).check(Schema.isMinLength(1)), expires_in: Schema.Int }),
  ({ expires_in, ticket }) => ({ value: ticket, lives: expires_in })
)

/** What pages are signed with for the JS-SDK (jsapi_ticket), one for all processes. */
export const jsTicket = Effect.fnUntraced(function* (account: Account) {
  const api = yield* WechatApi
  const secrets = yield* SharedSecrets
  const fetch = api.ask(account, {
    method: "GET",
    path: "/cgi-bin/ticket/getticket",
    query: { type: "jsapi" },
    ability: "jssdk",
    repeatable: true,
    read: readTicket
  })
  return yield* secrets.get(`js-ticket:${account.appid}`, () => fetch)
})

/** What is signed: the page as the phone sees it, and the nonce and time that go to it with the signature. */
export interface SignedPage {
  /** In seconds. */
  readonly timestamp: number
  readonly nonce: string
  readonly url: string
}

/** The signature of a page (JS-SDK 附录1): raw values in this order, the address without what follows its `#`. */
export const signPage = (ticket: string, { nonce, timestamp, url }: SignedPage): string => {
  const [page = ""] = url.split("#", 1)
  return hash("sha1", `jsapi_ticket=${ticket}&noncestr=${nonce}&timestamp=${timestamp}&url=${page}`)
}
