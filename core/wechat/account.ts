import { Effect, Redacted, Schema } from "effect"

export const AccountKind = Schema.Literals([
  "service",
  "subscription",
  "mini-program",
  "website",
  "app"
])
export type AccountKind = typeof AccountKind.Type

/** How WeChat pushes messages: in clear, in clear beside their encryption, or encrypted only (明文, 兼容, 安全模式). */
export const CallbackMode = Schema.Literals(["plain", "compatible", "secure"])
export type CallbackMode = typeof CallbackMode.Type

/** What verifies and opens the pushes of an account. */
export interface AccountCallback {
  readonly token: Redacted.Redacted<string>
  readonly aesKey?: Redacted.Redacted<string>
  /** While keys are changed: pushes on their way still use the old one. */
  readonly previousAesKey?: Redacted.Redacted<string>
  /** By our own configuration: what a request claims of itself decides nothing. */
  readonly mode: CallbackMode
  /** The system that owned the callback before us. */
  readonly forwardTo?: string
}

/** An appid with its secrets, and what it is. */
export interface Account {
  /** Unique, and fit for an address: the `:account` of `/wechat/callback/:account`. */
  readonly name: string
  readonly appid: string
  readonly secret: Redacted.Redacted<string>
  readonly kind: AccountKind
  readonly certified: boolean
  /** UTC milliseconds; abilities that need the certification end with it. */
  readonly certifiedUntil: number | undefined
  /** `gh_…`, which stands in pushes. */
  readonly originalId: string | undefined
  /** Accounts with the same name here belong to one Open Platform account, so people have the same unionid at them. */
  readonly union: string | undefined
  readonly callback: AccountCallback | undefined
  /** By ability, the openids that may have it first. What is not named is open to all. */
  readonly pilot: { readonly [ability: string]: ReadonlyArray<string> }
  /** Hosts whose pages we sign for the JS-SDK. */
  readonly jsHosts: ReadonlyArray<string>
  /** The legal entity: consent and marketing belong to one. */
  readonly entity: string | undefined
  /** Of a mini program: its own page on which payments are paid, as `/pages/pay/pay`; it is told `?token=`. */
  readonly payPage?: string | undefined
}

class AccountInvalid extends Schema.TaggedError<AccountInvalid>()("AccountInvalid", {
  /** Each begins with the name of the setting that is wrong. */
  problems: Schema.Array(Schema.String)
}) {
  override readonly message = this.problems.join("\n")
}

/** Takes an account as it is, or says all that is wrong with it at once, without a secret. */
export const checkAccount = (account: Account): Effect.Effect<Account, AccountInvalid> => {
  const problems = [...plainProblems(account), ...callbackProblems(account)].flatMap(
    ({ holds, problem }) => (holds ? [] : [problem])
  )
  return problems.length > 0
    ? Effect.fail(new AccountInvalid({ problems }))
    : Effect.succeed(account)
}

const host = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/

const plainProblems = (account: Account) => [
  {
    holds: /^[a-z0-9][a-z0-9_-]{0,31}$/.test(account.name),
    problem: "name: expected up to 32 small letters, digits, - or _"
  },
  { holds: /^\w{6,32}$/.test(account.appid), problem: "appid: expected the form wx…" },
  {
    holds: /^\w{16,128}$/.test(Redacted.value(account.secret)),
    problem: "secret: expected the AppSecret, 32 hexadecimal digits"
  },
  {
    holds: /^gh_\w{1,29}$/.test(account.originalId ?? "gh_1"),
    problem: "originalId: expected the form gh_…"
  },
  {
    holds: account.jsHosts.every((name) => host.test(name)),
    problem: "jsHosts: expected hosts in small letters, without scheme or path"
  },
  {
    holds: account.payPage === undefined || account.kind === "mini-program",
    problem: `payPage: an account of kind ${account.kind} has no pages of its own`
  },
  {
    holds: /^\/[\w/-]{1,200}$/.test(account.payPage ?? "/pages"),
    problem: "payPage: expected the form /pages/pay/pay"
  }
]

const callbackProblems = ({ callback, kind }: Account) => {
  if (callback === undefined) return []
  const { aesKey, forwardTo, mode, previousAesKey, token } = callback
  return [
    {
      holds: kind !== "website" && kind !== "app",
      problem: `callback: WeChat pushes nothing to an account of kind ${kind}`
    },
    {
      holds: /^[A-Za-z0-9]{3,32}$/.test(Redacted.value(token)),
      problem: "callback.token: expected 3 to 32 letters and digits"
    },
    {
      holds: mode === "plain" || aesKey !== undefined,
      problem: `callback.aesKey: mode ${mode} needs the EncodingAESKey`
    },
    {
      holds: [aesKey, previousAesKey].every(
        (key) => key === undefined || /^[A-Za-z0-9]{43}$/.test(Redacted.value(key))
      ),
      problem: "callback.aesKey: expected the EncodingAESKey, 43 letters and digits"
    },
    {
      holds: forwardTo === undefined || /^https?:\/\/[^\s#]+$/.test(forwardTo),
      problem: "callback.forwardTo: expected an http or https address"
    }
  ]
}
