import { Clock, Effect } from "effect"
import type { Shipped } from "#core"
import type { Kind } from "../../support/database.ts"
import { pass } from "../../support/world.ts"
import { basket, openShop, type Shop } from "./shop.ts"
import { customerAt, invited, pay, prepare } from "./steps.ts"

const { reference } = basket

export const upload = "/upload_shipping_info"

/** A shop whose order was just paid, in the mini program unless said. */
export const sold = Effect.fnUntraced(function* (
  database: Kind,
  account: "mini" | "main" = "mini",
  options: Parameters<typeof openShop>[1] = {}
) {
  const shop = yield* openShop(database, options)
  const customer = yield* customerAt(shop, account)
  yield* invited(shop)
  yield* pay(shop, yield* prepare(shop, { way: "jsapi", account, customer }))
  yield* pass("2 seconds")
  return shop
})

export const parcel = {
  carrier: "SF",
  number: "SF1234567890",
  item: "大米 5kg",
  contact: "189****1234"
}

/** By express, all at once, now. */
export const express = Effect.map(
  Clock.currentTimeMillis,
  (at): Shipped => ({ kind: "express", parcels: [parcel], at })
)

export const ships = (shop: Shop, what: Shipped) =>
  shop.pays((payments) => payments.shipped({ reference }, what))

/** What WeChat has of it. */
export const known = (shop: Shop) =>
  Effect.map(shop.control("GET", "/ledger"), ({ orders }) => orders[0].shipping)

export const uploads = (shop: Shop) =>
  shop.network.sent.filter(({ url }) => url.includes(upload)).length

export const todos = (shop: Shop, kind: string) =>
  Effect.map(shop.todos, (all) => all.filter((todo) => todo.kind === kind))
