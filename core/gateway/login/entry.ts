import { Effect } from "effect"
import { Logins } from "../../login/logins.ts"
import { Sessions } from "../../login/sessions.ts"
import { LoginSettings } from "../../login/settings.ts"
import { type RawRequest, route } from "../../plugin/route.ts"
import { Accounts } from "../../wechat/accounts.ts"
import { authorizeUrl, qrLoginUrl } from "../../wechat/oauth.ts"
import { recognise } from "../share.ts"
import {
  browserOf,
  carried,
  goTo,
  leading,
  noSession,
  ownForm,
  refuse,
  said,
  sessionCookies,
  shown,
  wanted
} from "./answers.ts"

/** To the way that fits: inside WeChat at once, on a computer by a QR. */
const choose = Effect.fnUntraced(function* (request: RawRequest) {
  const { to } = yield* wanted(request)
  const isInside = /MicroMessenger/i.test(request.headers["user-agent"] ?? "")
  return goTo(leading(isInside ? "/login/wechat" : "/login/qr", to))
})

/** The account of a kind that a login names, or the first. */
export const accountFor = Effect.fnUntraced(function* (kind: "service" | "website", name: string) {
  const accounts = yield* Accounts
  const account = name === "" ? accounts.of(kind) : accounts.named(name)
  if (account?.kind !== kind) return yield* refuse("no account")
  yield* accounts
    .mayUse(account, "oauth")
    .pipe(Effect.catchTag("WechatRefused", () => refuse("not allowed")))
  return account
})

/** Whoever comes back from WeChat comes back here. Its host is the one of WeChat's portal. */
const comeBack = "/login/wechat/back"

/** Inside WeChat: silently, or with the person's agreement to show who they are. */
const inWechat = Effect.fnUntraced(function* (request: RawRequest) {
  const { to } = yield* wanted(request)
  const account = yield* accountFor("service", yield* said(request, "account", 32))
  const scope =
    (yield* said(request, "scope", 16)) === "userinfo" ? "snsapi_userinfo" : "snsapi_base"
  const { browser, cookies } = yield* browserOf(request)
  const state = yield* Logins.use((logins) => logins.begin({ way: "wechat", account, browser, to }))
  const redirectUri = new URL(comeBack, (yield* LoginSettings).publicUrl).href
  return goTo(yield* authorizeUrl(account, { redirectUri, state, scope }), cookies)
})

/** On a computer by WeChat's own page, for those who have a website app and no service account. */
export const onWebsite = Effect.fnUntraced(function* (request: RawRequest) {
  const { to } = yield* wanted(request)
  const account = yield* accountFor("website", yield* said(request, "account", 32))
  const { browser, cookies } = yield* browserOf(request)
  const state = yield* Logins.use((logins) =>
    logins.begin({ way: "website", account, browser, to })
  )
  const redirectUri = new URL(comeBack, (yield* LoginSettings).publicUrl).href
  return goTo(yield* qrLoginUrl(account, { redirectUri, state }), cookies)
})

const back = Effect.fnUntraced(function* (request: RawRequest) {
  const state = yield* said(request, "state", 128)
  const code = yield* said(request, "code", 512)
  const { browser, former } = carried(request)
  const logins = yield* Logins
  const { secret, to } = yield* logins.finish({ state, code, browser, former })
  yield* recognise(request, secret)
  return goTo(to, yield* sessionCookies(secret))
})

const out = Effect.fnUntraced(function* (request: RawRequest) {
  yield* ownForm(request)
  const { to } = yield* wanted(request)
  yield* Sessions.use((sessions) => sessions.end(carried(request).former))
  return goTo(to, yield* noSession)
})

/** Logging in inside WeChat, and out. */
export const entryRoutes = [
  route.raw("GET", "/login", shown(choose)),
  route.raw("GET", "/login/wechat", shown(inWechat)),
  route.raw("GET", comeBack, shown(back)),
  route.raw("POST", "/login/out", shown(out))
]
