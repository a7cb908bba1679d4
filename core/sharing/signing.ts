import { Clock, Effect, Random } from "effect"
import { newId } from "../values/ids.ts"
import { lackOf } from "../wechat/abilities.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { jsTicket, signPage } from "../wechat/js-ticket.ts"
import type { SharedSecrets } from "../wechat/shared-secrets.ts"
import { type PageSignature, SigningRefused, SigningUnavailable } from "./model.ts"
import { type Page, pageAt } from "./page-address.ts"

/** A page with what it is signed with. */
export interface SignedPage {
  readonly page: Page
  readonly signature: PageSignature
}

/**
 * Signs a page for the JS-SDK by the address its own browser has: the one a server knows may differ behind a proxy. `name`: the account
 * that is to sign, or the first that signs pages of this host.
 */
const sign = Effect.fnUntraced(function* (url: string, name?: string) {
  const { all } = yield* Accounts
  const now = yield* Clock.currentTimeMillis
  const page = pageAt(
    url,
    all.flatMap(({ jsHosts }) => jsHosts)
  )
  if (typeof page === "string") return yield* new SigningRefused({ reason: page })
  const account = all.find((one) => signsFor(one, page, now, name))
  if (account === undefined) return yield* new SigningRefused({ reason: "account" })
  const ticket = yield* Effect.mapError(jsTicket(account), () => new SigningUnavailable())
  const nonceStr = newId(now, yield* Random.Random)
  const timestamp = Math.floor(now / 1_000)
  const signature = signPage(ticket, { url: page.url, nonce: nonceStr, timestamp })
  const signed: SignedPage = {
    page,
    signature: { appId: account.appid, timestamp, nonceStr, signature }
  }
  return signed
})

const signsFor = (account: Account, { host }: Page, now: number, name = account.name) =>
  account.name === name &&
  account.jsHosts.includes(host) &&
  lackOf(account, "jssdk", now) === undefined

export const makeSigning = Effect.map(
  Effect.context<Accounts | WechatApi | SharedSecrets>(),
  (context) =>
    (...asked: Parameters<typeof sign>) =>
      Effect.provideContext(sign(...asked), context)
)
