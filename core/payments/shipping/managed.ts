import { Clock, Duration, Effect } from "effect"
import { Database } from "../../database/database.ts"
import type { Account } from "../../wechat/account.ts"
import { WechatApi } from "../../wechat/api.ts"
import { isTradeManaged } from "../../wechat/shipping.ts"
import { shippingTables } from "./store.ts"

/** A mini program that WeChat does not watch may be watched from tomorrow on; one that it watches stays so. */
const forgotten = Duration.days(1)

/** Whether WeChat wants to know what a mini program ships: asked once, and remembered by all processes. */
export const makeManaged = Effect.gen(function* () {
  const database = yield* Database
  const api = yield* WechatApi

  return Effect.fnUntraced(function* (account: Account) {
    const { appid } = account
    const now = yield* Clock.currentTimeMillis
    const known = yield* database.read((sql) =>
      shippingTables(sql)
        .selectFrom("weir_trade_managed")
        .selectAll()
        .where("appid", "=", appid)
        .executeTakeFirst()
    )
    if (known?.managed === 1) return true
    if (known !== undefined && now - known.asked_at < Duration.toMillis(forgotten)) return false
    const managed = yield* Effect.provideService(isTradeManaged(account), WechatApi, api)
    yield* database.write(`trade-managed:${appid}`, async (sql) => {
      const tables = shippingTables(sql)
      await tables.deleteFrom("weir_trade_managed").where("appid", "=", appid).execute()
      await tables
        .insertInto("weir_trade_managed")
        .values({ appid, managed: managed ? 1 : 0, asked_at: now })
        .execute()
    })
    return managed
  })
})
