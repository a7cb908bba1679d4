import { Effect } from "effect"
import { Customers } from "../../customers/customers.ts"
import { secretIn } from "../../login/current-customer.ts"
import type { Session } from "../../login/model.ts"
import { Sessions } from "../../login/sessions.ts"
import type { Invited } from "../../payments/invited.ts"
import type { Visitor } from "../../payments/pages/state.ts"
import type { RawRequest } from "../../plugin/route.ts"
import type { Account } from "../../wechat/account.ts"
import { Accounts } from "../../wechat/accounts.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { deviceOf } from "./device.ts"

/** Who looks at a payment, and at which account they would pay inside WeChat. */
export interface Payer extends Visitor {
  readonly customer: Session["customer"] | undefined
  readonly account: Account | undefined
}

/**
 * Finds out who is there, by their own session alone. A mini program and an app say whose it is and pay at their own account; a page
 * inside WeChat at that of the payment's merchant.
 */
export const payerOf = Effect.fnUntraced(function* (
  { headers }: RawRequest,
  { merchant }: Invited,
  token: string
): Effect.fn.Return<Payer, never, Accounts | Customers | Merchants | Sessions> {
  const accounts = yield* Accounts
  const session = yield* Sessions.use((sessions) => sessions.find(secretIn(headers)))
  const client = clientOf(session && accounts.named(session.account))
  const account = client ?? (yield* pageAccount(merchant))
  const openid =
    account &&
    session &&
    (yield* Customers.use((it) => it.openidOf(session.customer, account.appid)))
  const agent = headers["user-agent"]
  return {
    device: deviceOf(agent),
    account,
    customer: openid === undefined ? undefined : session?.customer,
    miniPage: miniPageOf(accounts.all, agent, token)
  }
})

/** Of those that are no pages. */
const clientOf = (account: Account | undefined) =>
  account?.kind === "mini-program" || account?.kind === "app" ? account : undefined

/** Where people who pay this merchant inside WeChat are known. */
const pageAccount = Effect.fnUntraced(function* (mchid: string) {
  const merchant = (yield* Merchants).get(mchid)
  const accounts = yield* Accounts
  const account = merchant && accounts.byAppid(merchant.appid)
  if (account?.kind !== "service") return undefined
  return yield* accounts.mayUse(account, "oauth").pipe(
    Effect.as(account),
    Effect.catchTag("WechatRefused", () => Effect.undefined)
  )
})

/** The page of the mini program that shows ours, by the appid that WeChat's browser adds to its name, or else of the first. */
const miniPageOf = (all: ReadonlyArray<Account>, agent = "", token: string) => {
  const [, appid] = /miniProgram\/(wx\w{6,30})/i.exec(agent) ?? []
  const paying = all.filter(({ payPage }) => payPage !== undefined)
  const account = appid === undefined ? paying[0] : paying.find((one) => one.appid === appid)
  return account && `${account.payPage}?${new URLSearchParams({ token })}`
}
