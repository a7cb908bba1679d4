import { Redacted, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { done, readsAs } from "./wire.ts"

const readQuota = readsAs(
  Schema.Struct({
    quota: Schema.Struct({ daily_limit: Schema.Int, used: Schema.Int, remain: Schema.Int })
  }),
  ({ quota: { daily_limit, remain, used } }) => ({ limit: daily_limit, used, remains: remain })
)

/** How often an API may still be asked today, by its path. */
export const quotaOf = (account: Account, path: `/${string}`) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/openapi/quota/get",
      body: { cgi_path: path },
      repeatable: true,
      read: readQuota
    })
  )

/**
 * Starts all of the day's counts anew, also where none is left for a token. Ten times a month, those in WeChat's portal included. Who has
 * heard that a quota was used up asks again within a quarter of an hour.
 */
export const clearQuotas = (account: Account) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/clear_quota/v2",
      body: { appid: account.appid, appsecret: Redacted.value(account.secret) },
      door: "person",
      repeatable: false,
      read: done
    })
  )

/** Starts one API's count of the day anew. */
export const clearQuota = (account: Account, path: `/${string}`) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/openapi/quota/clear",
      body: { cgi_path: path },
      repeatable: false,
      read: done
    })
  )
