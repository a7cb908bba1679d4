import { Layer } from "effect"
import { AccessTokens } from "./access-tokens.ts"
import type { Account } from "./account.ts"
import { Accounts } from "./accounts.ts"
import { WechatApi } from "./api.ts"
import { WechatHosts } from "./hosts.ts"
import { SharedSecrets } from "./shared-secrets.ts"
import { Troubles } from "./troubles.ts"

/** Accounts, and the API as they use it. */
export const wechatServices = (accounts: ReadonlyArray<Account>, hosts: WechatHosts["Service"]) => {
  const ground = Layer.mergeAll(
    Accounts.layer(accounts),
    Layer.succeed(WechatHosts, hosts),
    SharedSecrets.layer,
    Troubles.layer
  )
  return WechatApi.layer.pipe(Layer.provideMerge(AccessTokens.layer), Layer.provideMerge(ground))
}
