import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { pass } from "../../support/world.ts"
import { express, ships, sold, todos } from "./shipping-steps.ts"

eachDatabase("what WeChat reminds a mini program of", (database) => {
  it.effect("is a to-do each, which is gone once the shipping is told", () =>
    Effect.gen(function* () {
      const token = "miniToken1"
      const shop = yield* sold(database, "mini", {
        settings: ({ account, appid, miniAppid, miniSecret, secret }) => ({
          accounts: [
            { name: account, appid, secret: Redacted.make(secret), kind: "service" },
            {
              ...{ name: "mini", appid: miniAppid, secret: Redacted.make(miniSecret) },
              ...{ kind: "mini-program", callback: { token: Redacted.make(token) } }
            }
          ]
        })
      })
      const { miniAppid: appid, openid } = shop.credentials
      yield* shop.control("PUT", `/accounts/${appid}`, {
        callback: { url: "http://weir.test/wechat/callback/mini", token, mode: "plain" }
      })
      const [order] = yield* shop.orders
      const reminders = [
        { Event: "trade_manage_remind_access_api" },
        { Event: "trade_manage_remind_shipping", merchant_trade_no: order?.outTradeNo },
        { Event: "trade_manage_remind_shipping", merchant_trade_no: "elsewhere-1" }
      ]
      for (const event of [...reminders, ...reminders]) {
        yield* shop.control("POST", `/users/${openid}/event`, { appid, event })
        yield* pass("5 seconds")
      }
      const subjects = Effect.map(todos(shop, "shipping.reminded"), (all) =>
        all.map(({ subject }) => subject).sort()
      )
      assert.deepStrictEqual(
        yield* subjects,
        ["mini/elsewhere-1", "mini/first", `mini/${order?.outTradeNo}`].sort()
      )
      yield* ships(shop, yield* express)
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* subjects, ["mini/elsewhere-1"])
    })
  )
})
