import { Effect, Schema } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { consentPage, deniedPage, doublePage, errorPage } from "../pages/oauth.ts"
import { WechatSandbox } from "../sandbox.ts"
import { Decision, type Page, type PageError, type Wish } from "./open-pages.ts"
import { openPage } from "./open-reply.ts"
import { qrRoutes, showQr } from "./qr-routes.ts"

const isDecision = Schema.is(Decision)

const refuse = (error: PageError) => openPage(errorPage(error))

/** A browser says that it wants a page; whoever takes anything is a program. */
const isProgram = ({ headers: { accept = "" } }: RawRequest) => !accept.includes("text/html")

const leave = Effect.fnUntraced(function* (request: RawRequest, wish: Wish, decision: Decision) {
  const { open } = (yield* WechatSandbox).platform
  const person = yield* open.visitor(request.headers.cookie)
  const way = yield* open.leave(wish, person, decision)
  if (way === undefined) return yield* openPage(deniedPage())
  if (way.times === 2 && !isProgram(request)) return yield* openPage(doublePage(way.url))
  return { status: 302, headers: { location: way.url } } satisfies RawReply
})

const show = (name: Page) =>
  Effect.fnUntraced(
    function* (request: RawRequest) {
      const { open } = (yield* WechatSandbox).platform
      const wish = yield* open.check(name, request.query)
      const decision = yield* open.decided(wish, isProgram(request))
      if (decision !== undefined) return yield* leave(request, wish, decision)
      if (name === "qrconnect") return yield* showQr(request, wish)
      const person = yield* open.visitor(request.headers.cookie)
      return yield* openPage(consentPage(wish, person, request.target))
    },
    Effect.catchTag("PageError", refuse)
  )

const decide = Effect.fnUntraced(
  function* (request: RawRequest) {
    const { open } = (yield* WechatSandbox).platform
    const wish = yield* open.check("authorize", request.query)
    const said = new URLSearchParams(Buffer.from(request.body).toString("utf8")).get("decision")
    return yield* leave(request, wish, isDecision(said) ? said : "deny")
  },
  Effect.catchTag("PageError", refuse)
)

/** The pages that people are sent to by a login: inside WeChat, and with a QR on a desktop. */
export const openRoutes = [
  route.raw("GET", "/connect/oauth2/authorize", show("authorize")),
  route.raw("POST", "/connect/oauth2/authorize", decide),
  route.raw("GET", "/connect/qrconnect", show("qrconnect")),
  ...qrRoutes
]
