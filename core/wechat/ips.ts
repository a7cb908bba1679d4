import { Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { readsAs, text } from "./wire.ts"

const listAt = (account: Account, path: `/${string}`) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "GET",
      path,
      repeatable: true,
      read: readsAs(Schema.Struct({ ip_list: Schema.Array(text(64)) }), ({ ip_list }) => ip_list)
    })
  )

/** The addresses and networks that pushes come from; they change, so they are asked for daily where they are of use. */
export const callbackIps = (account: Account) => listAt(account, "/cgi-bin/getcallbackip")

/** The addresses of the API, for firewalls that let nothing else out. */
export const apiIps = (account: Account) => listAt(account, "/cgi-bin/get_api_domain_ip")
