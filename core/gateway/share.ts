import { Effect } from "effect"
import { cookieIn, sessionCookie, setCookie } from "../login/cookies.ts"
import { newSecret } from "../login/secrets.ts"
import { Sessions } from "../login/sessions.ts"
import { LoginSettings } from "../login/settings.ts"
import { type RawRequest, route } from "../plugin/route.ts"
import { countRefusal } from "../sharing/counting.ts"
import { SigningRefused } from "../sharing/model.ts"
import { pageScript } from "../sharing/pages/head.ts"
import { Shares } from "../sharing/shares.ts"
import { leading } from "../sharing/visits.ts"

/** What tells a browser that came by a share card from all others, for as long as a sale may follow from it. */
const visitorCookie = "weir_visitor"

const visitorIn = ({ headers }: RawRequest) => cookieIn(headers.cookie, visitorCookie)

/** Whose session a browser's request belongs to. */
const customerOf = Effect.fnUntraced(function* (session: string | undefined) {
  const sessions = yield* Sessions
  return (yield* sessions.find(session))?.customer
})

/** Somebody opened what a friend had shared: it is counted, and they are led on. */
const visit = Effect.fnUntraced(function* (request: RawRequest) {
  const shares = yield* Shares
  const id = request.params.id ?? ""
  const location = yield* shares.leadsTo(id)
  const secret = visitorIn(request) ?? newSecret()
  const { publicUrl } = yield* LoginSettings
  const cookie = setCookie(visitorCookie, secret, {
    secure: publicUrl.protocol === "https:",
    seconds: leading / 1_000
  })
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer" }
  // Nobody is there yet whose browser looks ahead.
  if (request.method !== "GET" || isAhead(request)) return { status: 303, headers }
  const customer = yield* customerOf(cookieIn(request.headers.cookie, sessionCookie))
  yield* shares.visited(id, { secret, customer })
  return { status: 303, headers: { ...headers, "set-cookie": cookie } }
})

const isAhead = ({ headers }: RawRequest) =>
  /prefetch|preview/i.test(`${headers["sec-purpose"]} ${headers.purpose}`)

/** Whoever came by a share card and has logged in now, by the secret of their session, is known as who they are. */
export const recognise = Effect.fnUntraced(function* (request: RawRequest, session: string) {
  const secret = visitorIn(request)
  if (secret === undefined) return
  const customer = yield* customerOf(session)
  if (customer !== undefined) yield* Shares.use((shares) => shares.recognised(secret, customer))
})

/** Signs a page for itself: also where another host of ours shows it, none but its own scripts can read the answer. */
const sign = Effect.fnUntraced(
  function* ({ query }: RawRequest) {
    const { account, url = "", ...more } = Object.fromEntries(query)
    // What is left of a page's own query where its address was not percent-encoded would be signed wrongly.
    if (Object.keys(more).length > 0 || query.size > (account === undefined ? 1 : 2))
      return yield* new SigningRefused({ reason: "address" })
    const { page, signature } = yield* Shares.use((shares) => shares.sign(url, account))
    return {
      status: 200,
      headers: {
        "content-type": "application/json",
        "access-control-allow-origin": page.origin
      },
      body: JSON.stringify(signature)
    }
  },
  Effect.tapErrorTag("SigningRefused", ({ reason }) => countRefusal(reason))
)

const script = {
  status: 200,
  headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  body: pageScript
}

/** What pages need to be shared, and where friends come by what was shared. */
export const shareRoutes = [
  route.raw("GET", "/share/signature", sign),
  route.raw("GET", "/share/page.js", () => Effect.succeed(script)),
  route.raw("GET", "/share/:id", visit)
]
