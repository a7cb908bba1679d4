import { Effect } from "effect"
import { browserCookie, cookieIn, sessionCookie, setCookie } from "../../login/cookies.ts"
import { countRefusal } from "../../login/counting.ts"
import { secretIn } from "../../login/current-customer.ts"
import { LoginRefused, type RefusalReason } from "../../login/model.ts"
import { refusalPage } from "../../login/pages/refusal.ts"
import { longestTarget, targetOf } from "../../login/return-address.ts"
import { newSecret } from "../../login/secrets.ts"
import { sessionSeconds } from "../../login/sessions.ts"
import { LoginSettings } from "../../login/settings.ts"
import type { RawReply, RawRequest } from "../../plugin/route.ts"

export const refuse = (reason: RefusalReason) => Effect.fail(new LoginRefused({ reason }))

/** What somebody says by a name in the query: once, and no more than it can be. */
export const said = Effect.fnUntraced(function* (
  { query }: RawRequest,
  name: string,
  longest: number
) {
  const [value = "", ...more] = query.getAll(name)
  return value.length > longest || more.length > 0 ? yield* refuse("too much") : value
})

/** Where somebody wants to go; to the front page unless they say. */
export const wanted = Effect.fnUntraced(function* (request: RawRequest) {
  const { publicUrl, returnAddresses } = yield* LoginSettings
  const to = yield* said(request, "to", longestTarget)
  const target = targetOf(to === "" ? "/" : to, publicUrl, returnAddresses)
  return target === undefined ? yield* refuse("return address") : target
})

/** One of our own paths that is told where to go then. */
export const leading = (path: string, to: string, more: Readonly<Record<string, string>> = {}) =>
  `${path}?${new URLSearchParams({ to, ...more })}`

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  // Without any referrer a browser would not say which site a form is from.
  "referrer-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

type Content = ReturnType<typeof refusalPage>

/** A page that nobody keeps, nobody frames, and whose address nobody is told. */
export const page = Effect.fnUntraced(function* (
  content: Content,
  more: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {}
) {
  const body = yield* Effect.promise(async () => String(await content))
  return {
    status: more.status ?? 200,
    headers: { ...headers, ...more.headers },
    body
  } satisfies RawReply
})

export const goTo = (
  location: string,
  cookies: Readonly<Record<string, string>> = {}
): RawReply => ({
  status: 303,
  headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer", ...cookies }
})

/** The browser, and what makes it known where it was not. */
export const browserOf = Effect.fnUntraced(function* ({ headers }: RawRequest) {
  const known = cookieIn(headers.cookie, browserCookie)
  if (known !== undefined) return { browser: known, cookies: {} }
  const browser = newSecret()
  const secure = yield* isSecure
  return { browser, cookies: { "set-cookie": setCookie(browserCookie, browser, { secure }) } }
})

const isSecure = Effect.map(LoginSettings, ({ publicUrl }) => publicUrl.protocol === "https:")

/** The browser's cookie for a session. */
export const sessionCookies = (secret: string) =>
  Effect.map(isSecure, (secure) => ({
    "set-cookie": setCookie(sessionCookie, secret, { secure, seconds: sessionSeconds })
  }))

/** Lets the browser forget its session. */
export const noSession = Effect.map(isSecure, (secure) => ({
  "set-cookie": setCookie(sessionCookie, "", { secure, seconds: 0 })
}))

/** What a browser's request carries of its own. */
export const carried = ({ headers }: RawRequest) => ({
  browser: cookieIn(headers.cookie, browserCookie),
  former: secretIn({ cookie: headers.cookie })
})

/** A form of another site's must do nothing here; browsers say which site it is from. */
export const ownForm = Effect.fnUntraced(function* ({ headers }: RawRequest) {
  const { publicUrl } = yield* LoginSettings
  const { origin } = headers
  if (origin !== undefined && origin !== publicUrl.origin) return yield* refuse("another site")
})

/** Shows why nobody is let in, and counts it. */
export const shown =
  <R>(handle: (request: RawRequest) => Effect.Effect<RawReply, LoginRefused, R>) =>
  (request: RawRequest) =>
    Effect.catchTag(handle(request), "LoginRefused", (refused) =>
      Effect.andThen(
        countRefusal(refused.reason),
        page(refusalPage(refused, againTo(refused)), { status: refused.status })
      )
    )

const againTo = ({ to }: LoginRefused) => (to === undefined ? undefined : leading("/login", to))
