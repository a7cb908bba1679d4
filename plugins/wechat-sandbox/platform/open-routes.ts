import { Effect, Schema } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { consentPage, deniedPage, doublePage, errorPage } from "../pages/oauth.ts"
import { WechatSandbox } from "../sandbox.ts"
import { Decision, type Page, type PageError, type Wish } from "./open-pages.ts"

const isDecision = Schema.is(Decision)

const page = Effect.fnUntraced(function* (content: string | Promise<string> | object) {
  const body = yield* Effect.promise(async () => String(await content))
  return { status: 200, headers, body } satisfies RawReply
})

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src *; form-action *; base-uri 'none'"
}

const refuse = (error: PageError) => page(errorPage(error))

/** A browser says that it wants a page; whoever takes anything is a program. */
const isProgram = ({ headers: { accept = "" } }: RawRequest) => !accept.includes("text/html")

const leave = Effect.fnUntraced(function* (request: RawRequest, wish: Wish, decision: Decision) {
  const { open } = (yield* WechatSandbox).platform
  const person = yield* open.visitor(request.headers.cookie)
  const way = yield* open.leave(wish, person, decision)
  if (way === undefined) return yield* page(deniedPage())
  if (way.times === 2 && !isProgram(request)) return yield* page(doublePage(way.url))
  return { status: 302, headers: { location: way.url } } satisfies RawReply
})

const show = (name: Page) =>
  Effect.fnUntraced(
    function* (request: RawRequest) {
      const { open } = (yield* WechatSandbox).platform
      const wish = yield* open.check(name, request.query)
      const decision = yield* open.decided(wish, isProgram(request))
      if (decision !== undefined) return yield* leave(request, wish, decision)
      const person = yield* open.visitor(request.headers.cookie)
      return yield* page(consentPage(wish, person, request.target))
    },
    Effect.catchTag("PageError", refuse)
  )

const decide = (name: Page) =>
  Effect.fnUntraced(
    function* (request: RawRequest) {
      const { open } = (yield* WechatSandbox).platform
      const wish = yield* open.check(name, request.query)
      const said = new URLSearchParams(Buffer.from(request.body).toString("utf8")).get("decision")
      return yield* leave(request, wish, isDecision(said) ? said : "deny")
    },
    Effect.catchTag("PageError", refuse)
  )

/** The pages that people are sent to by a login: inside WeChat, and with a QR on a desktop. */
export const openRoutes = [
  route.raw("GET", "/connect/oauth2/authorize", show("authorize")),
  route.raw("POST", "/connect/oauth2/authorize", decide("authorize")),
  route.raw("GET", "/connect/qrconnect", show("qrconnect")),
  route.raw("POST", "/connect/qrconnect", decide("qrconnect"))
]
