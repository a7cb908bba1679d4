import { createHash } from "node:crypto"
import { Duration, Schema } from "effect"

/** What an appid belongs to. A subscription account is today's 公众号. */
export const AccountKind = Schema.Literals([
  "service",
  "subscription",
  "mini-program",
  "website",
  "app"
])
export type AccountKind = typeof AccountKind.Type

const text = (longest: number) => Schema.String.check(Schema.isBetweenLength(1, longest))
const hosts = Schema.Array(text(255)).check(Schema.isMaxLength(100))

/** Where an account has its messages and events pushed, as its portal page says. */
const Callback = Schema.Struct({
  url: text(255),
  token: Schema.String.check(Schema.isPattern(/^[A-Za-z0-9]{3,32}$/)),
  aesKey: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^[A-Za-z0-9]{43}$/))),
  mode: Schema.Literals(["plain", "compatible", "secure"]),
  /** Only mini programs may choose JSON. */
  format: Schema.optionalKey(Schema.Literals(["xml", "json"]))
})
export type Callback = typeof Callback.Type

/** What the owner of an account may change in its portal. */
export const Portal = Schema.Struct({
  kind: AccountKind,
  certified: Schema.Boolean,
  /** Of a mini program: whether its money waits until it has said that something was sent (发货信息管理). */
  tradeManaged: Schema.Boolean,
  /** Whether the AppSecret is frozen (40243). */
  frozen: Schema.Boolean,
  callback: Schema.NullOr(Callback),
  /** 网页授权域名, or the 授权回调域 of a website: one host. */
  oauthDomain: Schema.String.check(Schema.isMaxLength(255)),
  /** JS接口安全域名. */
  jsDomains: hosts,
  /** The addresses that may ask for a token; `null`: all. */
  ipWhitelist: Schema.NullOr(hosts),
  /** Calls a day by path, where they differ from what a fresh account has. */
  quotas: Schema.Record(text(128), Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
})
export type Portal = typeof Portal.Type

export interface Account extends Portal {
  readonly appid: string
  readonly name: string
  readonly secret: string
  /** `gh_…`; the sender of messages. Empty where there is no chat. */
  readonly originalId: string
  /** Accounts of one Open Platform account know a person by the same unionid. */
  readonly openPlatform: string
}

const minutes = (count: number) => Duration.toMillis(Duration.minutes(count))

export const platformLives = {
  token: minutes(120),
  /** How long a retired token is still good for. */
  overlap: minutes(5),
  forcedPause: Duration.toMillis("30 seconds"),
  accountCode: minutes(5),
  openCode: minutes(10),
  ticket: minutes(120),
  refreshToken: Duration.toMillis("30 days"),
  temporaryMedia: Duration.toMillis("3 days"),
  sameTemplateMessage: minutes(10),
  sameMass: Duration.toMillis("24 hours"),
  massPause: minutes(1)
} as const

export const forcedADay = 20

const hash = (length: number, ...about: ReadonlyArray<string>) =>
  createHash("sha256")
    .update(about.join("|"))
    .digest("base64url")
    .replaceAll("-", "a")
    .replaceAll("_", "Z")
    .slice(0, length)

/** A person is somebody else to every appid, and the same to all of one Open Platform account. */
export const openidOf = (appid: string, person: string) => `o${hash(27, "openid", appid, person)}`
export const unionidOf = (openPlatform: string, person: string) =>
  `u${hash(27, "unionid", openPlatform, person)}`
/** The virtual account that a snapshot page is opened with. */
export const snapshotOpenid = (appid: string, person: string) =>
  `o${hash(27, "snapshot", appid, person)}`

/** What opens a conversation, how many messages it allows and for how long; `null`: as many as one likes. */
export const windows = {
  message: { count: 5, life: Duration.toMillis("48 hours") },
  menu: { count: 3, life: minutes(1) },
  follow: { count: 3, life: minutes(1) },
  scan: { count: 3, life: minutes(1) },
  pay: { count: null, life: Duration.toMillis("48 hours") }
} as const
export type Cause = keyof typeof windows
