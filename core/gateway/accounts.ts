import { Effect, Redacted, Schema } from "effect"
import { ConfigInvalid, type ConfigProblem } from "../plugin/settings.ts"
import { type Account, checkAccount } from "../wechat/account.ts"
import type { WechatHosts } from "../wechat/hosts.ts"
import { type AccountOption, accountOf } from "./account-option.ts"
import { sandboxUrl } from "./merchants.ts"
import { credentialsAt, pretendedAddress, pretendedName } from "./pretended.ts"
import type { GatewaySettings } from "./settings.ts"

/** Everything about WeChat's accounts that follows from the settings. */
export interface AccountSetup {
  readonly hosts: WechatHosts["Service"]
  readonly accounts: ReadonlyArray<Account>
}

const wechat = {
  api: "https://api.weixin.qq.com",
  open: "https://open.weixin.qq.com",
  mp: "https://mp.weixin.qq.com"
}

/** The accounts of the settings; in development without any, those the sandbox hands out. There may be none: tills need no account. */
export const accountSetup = Effect.fn("accountSetup")(function* (settings: GatewaySettings) {
  const development = settings.mode === "development"
  const hosts = hostsOf(settings)
  const problems: Array<ConfigProblem> = development ? [] : hostProblems(hosts)
  const declared = declaredAccounts(settings, problems)
  const chosen = declared.length === 0 && development ? yield* sandboxAccounts(hosts.api) : declared
  const accounts = chosen.map((option) => accountOf(option, settings.publicUrl.host))
  for (const account of accounts) {
    const option = `account ${account.name || account.appid || "?"}`
    const checked = yield* Effect.result(checkAccount(account))
    if (checked._tag === "Failure")
      problems.push(
        ...checked.failure.problems.map((problem) => ({ owner: "gateway", option, problem }))
      )
    if (!development) problems.push(...pretendedName(option, account.appid))
  }
  problems.push(...doubled(accounts))
  if (problems.length > 0) return yield* new ConfigInvalid({ problems })
  return { hosts, accounts } satisfies AccountSetup
})

const hostsOf = (settings: GatewaySettings): WechatHosts["Service"] => {
  const { api, mp, open } =
    settings.mode === "development"
      ? { api: sandboxUrl(settings), open: sandboxUrl(settings), mp: sandboxUrl(settings) }
      : wechat
  return {
    api: settings.wechatApiUrl?.origin ?? api,
    open: settings.wechatOpenUrl?.origin ?? open,
    mp: settings.wechatMpUrl?.origin ?? mp
  }
}

const hostProblems = ({ api, mp, open }: WechatHosts["Service"]): Array<ConfigProblem> => [
  ...pretendedAddress("wechatApiUrl", api),
  ...pretendedAddress("wechatOpenUrl", open),
  ...pretendedAddress("wechatMpUrl", mp)
]

type Option = typeof AccountOption.Type

/** An appid without a secret is a merchant's alone. */
const declaredAccounts = (
  settings: GatewaySettings,
  problems: Array<ConfigProblem>
): ReadonlyArray<Option> => {
  const { accounts = [], appId, appSecret, callbackToken, encodingAesKey } = settings
  if (appSecret === undefined) {
    if (callbackToken !== undefined || encodingAesKey !== undefined)
      problems.push({
        owner: "gateway",
        option: "appSecret",
        problem: "WECHAT_APP_SECRET is not set, and the callback's token or key is"
      })
    return accounts
  }
  if (callbackToken === undefined && encodingAesKey !== undefined)
    problems.push({
      owner: "gateway",
      option: "callbackToken",
      problem: "WECHAT_CALLBACK_TOKEN is not set, and WECHAT_ENCODING_AES_KEY is"
    })
  const first: Option = {
    name: "main",
    appid: appId ?? "",
    secret: appSecret,
    kind: "service",
    ...(callbackToken !== undefined && {
      callback: { token: callbackToken, ...(encodingAesKey && { aesKey: encodingAesKey }) }
    })
  }
  return [first, ...accounts]
}

const doubled = (accounts: ReadonlyArray<Account>): Array<ConfigProblem> =>
  (["name", "appid"] as const).flatMap((key) =>
    accounts
      .filter((one, at) => accounts.findIndex((other) => other[key] === one[key]) !== at)
      .map((one) => ({
        owner: "gateway",
        option: `account ${one.name}`,
        problem: `${key}: two accounts have ${one[key]}`
      }))
  )

const Text = Schema.NonEmptyString
const Credentials = Schema.Struct({
  account: Text,
  appid: Text,
  secret: Text,
  websiteAppid: Text,
  websiteSecret: Text,
  miniAppid: Text,
  miniSecret: Text,
  appAppid: Schema.optionalKey(Text),
  appSecret: Schema.optionalKey(Text),
  originalId: Text,
  callbackToken: Text,
  encodingAesKey: Text
})

/** The accounts that the sandbox made up: one of each kind, all of one Open Platform account. */
const sandboxAccounts = Effect.fnUntraced(function* (url: string) {
  const given = yield* credentialsAt(url, Credentials, "wechatApiUrl", "an account")
  const union = "sandbox"
  const entity = "sandbox"
  const { appAppid, appSecret } = given
  const accounts: ReadonlyArray<Option> = [
    {
      name: given.account,
      appid: given.appid,
      secret: Redacted.make(given.secret),
      kind: "service",
      originalId: given.originalId,
      union,
      entity,
      callback: {
        token: Redacted.make(given.callbackToken),
        aesKey: Redacted.make(given.encodingAesKey)
      }
    },
    {
      name: "website",
      appid: given.websiteAppid,
      secret: Redacted.make(given.websiteSecret),
      kind: "website",
      union,
      entity
    },
    {
      name: "mini",
      appid: given.miniAppid,
      secret: Redacted.make(given.miniSecret),
      kind: "mini-program",
      union,
      entity
    },
    ...(appAppid === undefined || appSecret === undefined
      ? []
      : [
          {
            name: "app",
            appid: appAppid,
            secret: Redacted.make(appSecret),
            kind: "app" as const,
            union,
            entity
          }
        ])
  ]
  return accounts
})
