import { Effect } from "effect"
import type { How, Prepared } from "../../../core/payments/preparing.ts"
import { meanwhile } from "../../support/world.ts"
import { basket, type Shop } from "./shop.ts"

const { reference } = basket

export const browser = { way: "h5", ip: "203.0.113.7", device: "iOS" } as const
export const native = { way: "native" } as const

/** Somebody who has logged in at the account, as the pool knows them. */
export const customerAt = Effect.fnUntraced(function* (
  shop: Shop,
  account: string,
  person = shop.credentials.openid
) {
  const { appid, miniAppid, appAppid } = shop.credentials
  const at = { main: appid, mini: miniAppid, app: appAppid }[account] ?? appid
  const { users } = yield* shop.control("GET", "/users")
  const { openids } = users.find(({ openid }: { openid: string }) => openid === person)
  return yield* shop.customers.recognise({ appid: at }, { openid: openids[at] })
})

export const prepare = (shop: Shop, how: How) =>
  shop.pays((payments) => payments.prepare({ reference }, how))
export const prepared = (shop: Shop, how: How) =>
  Effect.map(meanwhile(prepare(shop, how)), ({ value }) => value)
export const invited = Effect.fnUntraced(function* (shop: Shop) {
  yield* shop.pays((payments) => payments.invite(basket))
})
export const tagOf = (shop: Shop) =>
  Effect.map(
    shop.pays((payments) => payments.standing({ reference })),
    ({ _tag }) => _tag
  )

/** What leads the payer there, from what a client is given. */
export const pathOf = ({ cashier }: Prepared): string => {
  switch (cashier?.way) {
    case "native":
      return cashier.codeUrl
    case "h5":
      return cashier.h5Url
    case "jsapi":
      return cashier.package.replace("prepay_id=", "")
    case "app":
      return cashier.prepayId
    case undefined:
      throw new Error("There is no cashier to open")
  }
}

export const pay = (shop: Shop, way: Prepared, more: object = {}) =>
  shop.control("POST", "/pay", { prepayId: pathOf(way), ...more })
export const states = (shop: Shop) =>
  Effect.map(shop.orders, (all) => all.map((order) => `${order.tradeType} ${order.tradeState}`))
export const paidOnce = [{ is: "paid", part: "", amount: 8800 }]
