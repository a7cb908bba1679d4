import { Redacted } from "effect"
import type { Account } from "../../../core/wechat/account.ts"

/** A certified service account, or what a test makes of it. */
export const account = (changes: Partial<Account> = {}): Account => ({
  name: "main",
  appid: "wx0123456789abcdef",
  secret: Redacted.make("CANARY0123456789abcdef0123456789"),
  kind: "service",
  certified: true,
  certifiedUntil: undefined,
  originalId: "gh_0123456789ab",
  union: undefined,
  callback: undefined,
  pilot: {},
  jsHosts: ["shop.example"],
  entity: undefined,
  ...changes
})
