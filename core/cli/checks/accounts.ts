import { Clock, Effect, Layer } from "effect"
import { accountSetup } from "../../gateway/accounts.ts"
import { checkToken } from "../../wechat/access-tokens.ts"
import type { Account } from "../../wechat/account.ts"
import { daysLeft } from "../../wechat/certification.ts"
import type { WechatFailure } from "../../wechat/errors.ts"
import { WechatHosts } from "../../wechat/hosts.ts"
import type { Project } from "../project.ts"
import { type Finding, good, note, wrong, wrongSettings } from "./finding.ts"

/** Asks WeChat for every account's token, which shows secret and address to be right, and looks at certifications. */
export const checkAccounts = Effect.fnUntraced(
  function* ({ settings }: Project) {
    const { accounts, hosts } = yield* accountSetup(settings)
    if (accounts.length === 0)
      return [note("accounts", "none: no logins, no messages; tills need none")]
    const found = yield* Effect.forEach(accounts, checkAccount).pipe(
      Effect.provide(Layer.succeed(WechatHosts, hosts))
    )
    return found.flat()
  },
  Effect.catchTag("ConfigInvalid", (invalid) => Effect.succeed(wrongSettings(invalid)))
)

const checkAccount = Effect.fnUntraced(function* (account: Account) {
  const about = `account ${account.name}`
  if (account.kind === "website" || account.kind === "app")
    return [note(about, "only a login shows whether its secret is right")]
  const token = yield* checkToken(account).pipe(
    Effect.as(good(about, "WeChat knows its secret and this machine's address")),
    Effect.catch((failure) => Effect.succeed(wrong(about, ...explain(failure))))
  )
  return [token, ...certification(account, yield* Clock.currentTimeMillis)]
})

const explain = (failure: WechatFailure): [says: string, fix: string] => {
  switch (failure._tag) {
    case "NotSent":
      return [
        `WeChat cannot be reached: ${failure.reason}`,
        "let this machine reach it: network, firewall, HTTPS_PROXY, WECHAT_API_URL"
      ]
    case "WechatUnknown":
      return [`WeChat's answer is of no use: ${failure.reason}`, "check WECHAT_API_URL; try again"]
    case "WechatRefused":
      return [`WeChat refuses: ${failure.code}, ${failure.message}`, fixes[failure.code] ?? portal]
  }
}

const portal = "see the account's basic settings in WeChat's portal"
const whitelist = "add the address to the IP whitelist in the account's basic settings"
const secret = "copy appid and AppSecret anew from the account's basic settings"
const fixes: Readonly<Record<number, string>> = {
  40001: secret,
  40013: secret,
  40125: secret,
  40164: whitelist,
  40243: "unfreeze the AppSecret in the account's basic settings",
  61004: whitelist,
  89501: "let an administrator of the account answer WeChat's question",
  89503: "let an administrator of the account answer WeChat's question"
}

const certification = (account: Account, now: number): ReadonlyArray<Finding> => {
  const about = `certification of account ${account.name}`
  if (!account.certified) return [note(about, "none: most abilities are missing")]
  const days = daysLeft(account, now)
  if (days === undefined)
    return [note(about, "its end is not watched: set certifiedUntil in gateway.config.ts")]
  if (days <= 0) return [wrong(about, "it has ended, and most abilities with it", renew)]
  return [days > 30 ? good(about, `${days} days left`) : wrong(about, `${days} days left`, renew)]
}

const renew = "renew it in WeChat's portal, then set certifiedUntil"
