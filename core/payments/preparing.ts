import { isIP } from "node:net"
import { Clock, Duration, Effect } from "effect"
import { Customers } from "../customers/customers.ts"
import type { CustomerId } from "../customers/model.ts"
import { digest } from "../values/numbers.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { Browser } from "../wechat/pay/body.ts"
import { type CashierParameters, cashierParameters } from "../wechat/pay/cashier-parameters.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { Signer } from "../wechat/pay/signer.ts"
import { isOrder } from "../wechat/pay/ways.ts"
import type { makeBringing } from "./bringing.ts"
import { Ledger } from "./ledger.ts"
import { type Order, OrderInvalid, PaymentUnknown, type Reference, type Standing } from "./model.ts"
import type { Try } from "./placing.ts"
import type { Wanted } from "./sending.ts"
import type { PaymentRow } from "./store.ts"

/** How somebody who was invited means to pay. Their openid is never asked of them: it is the pool that knows it. */
export type How =
  /** On a page inside WeChat, or in a mini program: as this customer, at the account (by its name) whose page it is. */
  | { readonly way: "jsapi"; readonly account: string; readonly customer: CustomerId }
  /** In a browser that goes to WeChat by itself; `ip` as its request came. `returnTo`: where WeChat sends it afterwards. */
  | ({ readonly way: "h5"; readonly returnTo?: string } & Browser)
  /** In our mobile app, by the name of its account. */
  | { readonly way: "app"; readonly account: string }
  /** By scanning a QR. */
  | { readonly way: "native" }

/** What opens the cashier; without it, `standing` says why there is none. */
export interface Prepared {
  readonly standing: Standing
  readonly cashier: CashierParameters | undefined
}

/** Prepares what a client needs to open WeChat's cashier, for a payment that somebody was invited to. */
export const makePreparing = Effect.fnUntraced(function* (
  bring: Effect.Success<ReturnType<typeof makeBringing>>
) {
  const accounts = yield* Accounts
  const customers = yield* Customers
  const ledger = yield* Ledger
  const merchants = yield* Merchants
  const signer = yield* Signer

  const accountOf = (name: string, kinds: ReadonlyArray<string>) => {
    const account = accounts.named(name)
    if (account === undefined) return invalid("account", `there is no account ${name}`)
    return kinds.includes(account.kind)
      ? Effect.succeed(account)
      : invalid("account", `${name} is a ${account.kind}, expected ${kinds.join(" or ")}`)
  }

  /** What tells this try from others, and what its request says of the payer. */
  const read = Effect.fnUntraced(function* (
    how: How
  ): Effect.fn.Return<{ as: Try; wanted: Omit<Wanted, "title"> }, OrderInvalid> {
    switch (how.way) {
      case "native":
        return { as: { way: how.way, mark: null }, wanted: {} }
      case "app": {
        const { appid } = yield* accountOf(how.account, ["app"])
        return { as: { way: how.way, appid, mark: null }, wanted: {} }
      }
      case "h5": {
        const { device, ip } = how
        if (isIP(ip) === 0) return yield* invalid("ip", "expected the payer's own address")
        const mark = digest(JSON.stringify([ip, device]))
        return { as: { way: how.way, mark }, wanted: { browser: { ip, device } } }
      }
      case "jsapi": {
        const { appid } = yield* accountOf(how.account, insideWechat)
        const openid = yield* customers.openidOf(how.customer, appid)
        if (openid === undefined)
          return yield* invalid("customer", `is not known at the account ${how.account}`)
        const payer = how.customer
        return { as: { way: how.way, appid, payer, mark: null }, wanted: { openid } }
      }
    }
  })

  return Effect.fnUntraced(function* (reference: Reference, how: How) {
    const { as, wanted } = yield* read(how)
    const sale = yield* ledger.sale(reference)
    if (sale === undefined) return yield* new PaymentUnknown({ reference: reference.reference })
    const expires = lastMoment(sale.payment, yield* Clock.currentTimeMillis)
    const brought = yield* bring(orderOf(sale.payment), { ...as, expires, invited: true }, wanted)
      .pipe(Effect.catchTag("Withdrawn", Effect.die))
      .pipe(Effect.catchTag("AmountDiffers", Effect.die))
    const { attempt } = brought
    if (attempt?.prepay == null || !isOrder(attempt.way))
      return { standing: brought.standing, cashier: undefined }
    const by = yield* merchants.known(attempt.merchant)
    const taken = { way: attempt.way, appid: attempt.appid ?? by.appid, prepay: attempt.prepay }
    const cashier = yield* cashierParameters(by, taken).pipe(Effect.provideService(Signer, signer))
    return { standing: brought.standing, cashier: returning(cashier, how) }
  })
})

const insideWechat = ["service", "subscription", "mini-program"]

const invalid = (field: string, problem: string) => new OrderInvalid({ field, problem })

const orderOf = ({ amount, device, part, plugin, reference, store, title }: PaymentRow): Order => ({
  ...{ plugin, reference, part, amount, title, store, device }
})

/** An attempt lives for a day at most; who is invited for longer begins another. */
const lastMoment = ({ expires_at }: PaymentRow, now: number) =>
  Math.min(expires_at ?? Number.POSITIVE_INFINITY, now + Duration.toMillis("1 day"))

/** Where WeChat sends a browser afterwards. */
const returning = (cashier: CashierParameters, how: How): CashierParameters =>
  cashier.way === "h5" && how.way === "h5" && how.returnTo !== undefined
    ? { ...cashier, h5Url: `${cashier.h5Url}&redirect_url=${encodeURIComponent(how.returnTo)}` }
    : cashier
