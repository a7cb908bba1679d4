import { Effect } from "effect"
import { confirmPage, decidedPage } from "../../login/pages/confirm.ts"
import { liveScript, waitingPage } from "../../login/pages/waiting.ts"
import { sceneOf } from "../../login/scenes.ts"
import { newSecret } from "../../login/secrets.ts"
import { Sessions } from "../../login/sessions.ts"
import { LoginSettings } from "../../login/settings.ts"
import { WaitingPages } from "../../login/waiting.ts"
import { type RawRequest, route } from "../../plugin/route.ts"
import { Accounts } from "../../wechat/accounts.ts"
import { temporaryCode } from "../../wechat/qr-codes.ts"
import { recognise } from "../share.ts"
import {
  browserOf,
  carried,
  goTo,
  leading,
  ownForm,
  page,
  refuse,
  said,
  sessionCookies,
  shown,
  wanted
} from "./answers.ts"
import { deviceOf } from "./device.ts"
import { accountFor, onWebsite } from "./entry.ts"
import { eventsOf } from "./waiting-events.ts"

/** A new page with a QR: our own, or an account's that is followed by scanning it. */
const begin = Effect.fnUntraced(function* (request: RawRequest) {
  const accounts = yield* Accounts
  if (accounts.of("service") === undefined) return yield* onWebsite(request)
  const { to } = yield* wanted(request)
  const way = (yield* said(request, "way", 16)) === "scene" ? "scene" : "qr"
  const account = yield* accountFor("service", yield* said(request, "account", 32))
  const { browser, cookies } = yield* browserOf(request)
  const number = newSecret()
  const content = way === "scene" ? yield* contentOf(account, number) : undefined
  const device = deviceOf(request.headers["user-agent"])
  const about = { to, device, ...(content !== undefined && { content }) }
  const pages = yield* WaitingPages
  yield* pages.open({ number, way, account: account.name, browser, about })
  return goTo(`/login/qr/${number}`, cookies)
})

/** What the QR of an account says, by which its scan finds the page. */
const contentOf = (account: Parameters<typeof temporaryCode>[0], number: string) =>
  temporaryCode(account, sceneOf(number), 300).pipe(
    Effect.map(({ content }) => content),
    Effect.catch(() => refuse("unavailable"))
  )

const numberOf = ({ params }: RawRequest) => params.number ?? ""

const look = Effect.fnUntraced(function* (request: RawRequest) {
  const number = numberOf(request)
  const { browser, former } = carried(request)
  const pages = yield* WaitingPages
  const waiting = yield* pages.look({ number, browser })
  if (waiting.state === "done") {
    const { secret, to } = yield* pages.enter({ number, browser, former })
    yield* recognise(request, secret)
    return goTo(to, yield* sessionCookies(secret))
  }
  const { publicUrl } = yield* LoginSettings
  const { content, to, way } = waiting
  const scan = content ?? new URL(`/login/qr/${number}/confirm`, publicUrl).href
  return yield* page(
    waitingPage(waiting, {
      scan,
      again: leading("/login/qr", to, { way }),
      plain: way === "scene" ? leading("/login/qr", to) : undefined
    })
  )
})

const events = Effect.fnUntraced(function* (request: RawRequest) {
  const since = yield* said(request, "since", 16)
  const { browser } = carried(request)
  return yield* eventsOf({ number: numberOf(request), browser }, since)
})

/** The phone that has scanned it: logged in first, then asked. */
const ask = Effect.fnUntraced(function* (request: RawRequest) {
  const number = numberOf(request)
  const waiting = yield* WaitingPages.use((pages) => pages.scan(number))
  if (waiting.state === "over" || waiting.state === "done") return yield* refuse("over")
  if (waiting.state === "cancelled") return yield* refuse("cancelled")
  const session = yield* Sessions.use((sessions) => sessions.find(carried(request).former))
  if (session === undefined)
    return goTo(
      leading("/login/wechat", `/login/qr/${number}/confirm`, { account: waiting.account })
    )
  const { publicUrl } = yield* LoginSettings
  return yield* page(confirmPage(waiting, publicUrl.host))
})

const decide = Effect.fnUntraced(function* (request: RawRequest) {
  yield* ownForm(request)
  const session = yield* Sessions.use((sessions) => sessions.find(carried(request).former))
  if (session === undefined) return goTo(`/login/qr/${numberOf(request)}/confirm`)
  const decision = new URLSearchParams(Buffer.from(request.body).toString()).get("decision")
  const isConfirmed = decision === "confirm"
  const pages = yield* WaitingPages
  yield* pages.decide(numberOf(request), isConfirmed ? session : "cancel")
  return yield* page(decidedPage(isConfirmed))
})

const script = {
  status: 200,
  headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  body: liveScript
}

/** Logging in on a computer with a phone. */
export const qrRoutes = [
  route.raw("GET", "/login/qr", shown(begin)),
  route.raw("GET", "/login/qr.js", () => Effect.succeed(script)),
  route.raw("GET", "/login/qr/:number", shown(look)),
  route.raw("GET", "/login/qr/:number/events", shown(events)),
  route.raw("GET", "/login/qr/:number/confirm", shown(ask)),
  route.raw("POST", "/login/qr/:number/confirm", shown(decide))
]
