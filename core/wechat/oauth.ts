import { Effect, Redacted, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { WechatHosts } from "./hosts.ts"
import { done, readsAs, text } from "./wire.ts"

/** `snsapi_base`: silently, the openid alone. `snsapi_userinfo`: the person is asked, and gives name and picture. */
export type OauthScope = "snsapi_base" | "snsapi_userinfo"

/** What a login asks for, and where it comes back to. */
export interface Ask {
  /** Its host must be the one set in WeChat's portal. */
  readonly redirectUri: string
  /** Up to 128 letters and digits that only the browser which asks can know. */
  readonly state: string
}

const state = /^[A-Za-z0-9]{1,128}$/

/** WeChat's page looks at the link as text: the order and the fragment belong to it. */
const page = (
  url: string,
  { appid }: Account,
  { redirectUri, state: given }: Ask,
  scope: string
) => {
  if (!state.test(given)) throw new RangeError("A state has 1 to 128 letters and digits")
  return `${url}?appid=${appid}&redirect_uri=${encodeURIComponent(redirectUri)}&response_type=code&scope=${scope}&state=${given}`
}

/** The address that logs a person in inside WeChat (网页授权), by a service account. */
export const authorizeUrl = (account: Account, ask: Ask & { readonly scope: OauthScope }) =>
  Effect.map(WechatHosts, ({ open }) => {
    const url = page(`${open}/connect/oauth2/authorize`, account, ask, ask.scope)
    // Without it some phones follow the redirect twice, with one code.
    return `${url}&connect_redirect=1#wechat_redirect`
  })

/** The address of WeChat's page with a QR code to log in by (网站应用微信登录), by a website. */
export const qrLoginUrl = (account: Account, ask: Ask) =>
  Effect.map(
    WechatHosts,
    ({ open }) =>
      `${page(`${open}/connect/qrconnect`, account, ask, "snsapi_login")}#wechat_redirect`
  )

/** What a person granted by logging in. */
export interface Grant {
  readonly openid: string
  readonly unionid: string | undefined
  readonly scopes: ReadonlyArray<string>
  /** WeChat showed its visitor a snapshot of the page: every field is made up, and nobody is to become a customer by it. */
  readonly isSnapshot: boolean
  /** The person's own: good for the calls of this file and no others. */
  readonly accessToken: Redacted.Redacted
  readonly refreshToken: Redacted.Redacted
  /** In seconds. */
  readonly lives: number
}

const readGrant = readsAs(
  Schema.Struct({
    access_token: text(1024),
    expires_in: Schema.Int,
    refresh_token: text(1024),
    openid: text(64).check(Schema.isMinLength(1)),
    scope: Schema.optionalKey(text(256)),
    unionid: Schema.optionalKey(text(64)),
    is_snapshotuser: Schema.optionalKey(Schema.Int)
  }),
  (given): Grant => ({
    openid: given.openid,
    unionid: given.unionid || undefined,
    scopes: (given.scope ?? "").split(",").filter(Boolean),
    isSnapshot: given.is_snapshotuser === 1,
    accessToken: Redacted.make(given.access_token),
    refreshToken: Redacted.make(given.refresh_token),
    lives: given.expires_in
  })
)

/** What a code stands for. A code is good for one exchange: an unknown outcome has used it up, and the person must log in again. */
export const exchangeCode = (account: Account, code: string) =>
  ask(account, {
    method: "GET",
    path: "/sns/oauth2/access_token",
    query: { code, grant_type: "authorization_code" },
    door: "login",
    ability: "oauth",
    repeatable: false,
    read: readGrant
  })

/** Lengthens a grant. Refresh tokens live 30 days. */
export const refreshGrant = (account: Account, refreshToken: Redacted.Redacted) =>
  ask(account, {
    method: "GET",
    path: "/sns/oauth2/refresh_token",
    query: {
      appid: account.appid,
      grant_type: "refresh_token",
      refresh_token: Redacted.value(refreshToken)
    },
    door: "person",
    ability: "oauth",
    repeatable: true,
    read: readGrant
  })

/** Whether a grant still holds; else refused. */
export const checkGrant = (account: Account, { accessToken, openid }: Grant) =>
  ask(account, {
    method: "GET",
    path: "/sns/auth",
    query: { access_token: Redacted.value(accessToken), openid },
    door: "person",
    repeatable: true,
    read: done
  })

/** How a person shows themselves. Sex and region are no longer told since 2021. */
export interface Profile {
  readonly openid: string
  readonly unionid: string | undefined
  readonly nickname: string
  /** Dies when the person changes their picture. */
  readonly picture: string | undefined
}

const readProfile = readsAs(
  Schema.Struct({
    openid: text(64),
    nickname: text(256),
    headimgurl: Schema.optionalKey(text(1024)),
    unionid: Schema.optionalKey(text(64))
  }),
  ({ headimgurl, nickname, openid, unionid }): Profile => ({
    openid,
    unionid: unionid || undefined,
    nickname,
    picture: headimgurl || undefined
  })
)

/** The profile of a person who granted `snsapi_userinfo` or logged in on a website or in an app. */
export const profileOf = (account: Account, { accessToken, openid }: Grant) =>
  ask(account, {
    method: "GET",
    path: "/sns/userinfo",
    query: { access_token: Redacted.value(accessToken), openid, lang: "zh_CN" },
    door: "person",
    ability: "oauth",
    repeatable: true,
    read: readProfile
  })

const ask = <A>(account: Account, call: Call<A>) => WechatApi.use((api) => api.ask(account, call))
