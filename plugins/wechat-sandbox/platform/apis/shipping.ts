import { Effect, Schema } from "effect"
import { type Api, ok, post } from "../api.ts"
import { decide } from "../decide.ts"
import { no } from "../errcodes.ts"
import type { PlatformServices } from "../platform.ts"
import { Asked, knownOrder, takeUpload, told, Upload } from "../shipments.ts"

/** Of payments later than this nothing is known here yet. */
const paidBefore = Effect.fnUntraced(function* ({ behaviour, clock }: PlatformServices) {
  const { shippingAfter } = yield* behaviour.settings
  return (yield* clock.now) - shippingAfter * 1000
})

const terms = { ability: "shipping" } as const

/** 发货信息管理, which keeps the money of some mini programs until it knows that something was sent for it. */
export const shippingApis: ReadonlyArray<Api> = [
  post("/wxa/sec/order/upload_shipping_info", Upload, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const heardOf = yield* paidBefore(platform)
      yield* decide(platform.database, `shipping:${account.appid}`, (sql) =>
        takeUpload(sql, account, body, heardOf)
      )
      return ok()
    })
  ),
  post("/wxa/sec/order/get_order", Asked, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const heardOf = yield* paidBefore(platform)
      const order = yield* platform.database.read(async (sql) => {
        const known = await knownOrder(sql, account, body, heardOf)
        return known === undefined ? undefined : told(sql, known)
      })
      return order === undefined ? yield* no(10060001) : ok({ order })
    })
  ),
  post(
    "/wxa/sec/order/is_trade_managed",
    Schema.Struct({ appid: Schema.String }),
    terms,
    (_, { account, body }) =>
      body.appid === account.appid
        ? Effect.succeed(ok({ is_trade_managed: account.tradeManaged }))
        : no(40013)
  )
]
