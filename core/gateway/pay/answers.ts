import { Effect } from "effect"
import { LoginSettings } from "../../login/settings.ts"
import type { Invited } from "../../payments/invited.ts"
import { factsOf, payPage, toldPage } from "../../payments/pages/page.ts"
import type { Visitor } from "../../payments/pages/state.ts"
import { payView } from "../../payments/pages/view.ts"
import { languageOf, speaker } from "../../payments/pages/words.ts"
import type { RawReply, RawRequest } from "../../plugin/route.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"

const noStore = {
  "cache-control": "no-store",
  vary: "accept, accept-language, user-agent, cookie"
}

export const tokenOf = ({ params }: RawRequest) => params.token ?? ""

/** A script asks for what has changed, a browser for the page. */
export const wantsData = ({ headers }: RawRequest) =>
  headers.accept?.includes("application/json") === true

const languageIn = ({ headers }: RawRequest) => languageOf(headers["accept-language"])

/** The page's own address. */
export const payUrl = (token: string) =>
  Effect.map(LoginSettings, ({ publicUrl }) => new URL(`/pay/${token}`, publicUrl).href)

/** What this visitor is shown. */
const viewFor = Effect.fnUntraced(function* (
  request: RawRequest,
  invited: Invited,
  visitor: Visitor
) {
  const merchants = yield* Merchants
  return payView(invited, visitor, {
    say: speaker(languageIn(request)),
    url: yield* payUrl(tokenOf(request)),
    payee: merchants.entityOf(invited.merchant)?.name
  })
})

/** The same as a script reads it. */
export const factsFor = Effect.fnUntraced(function* (
  request: RawRequest,
  invited: Invited,
  visitor: Visitor
) {
  const view = yield* viewFor(request, invited, visitor)
  return yield* Effect.promise(() => factsOf(view, languageIn(request)))
})

export const data = (body: object): RawReply => ({
  status: 200,
  headers: { ...noStore, "content-type": "application/json" },
  body: JSON.stringify(body)
})

export const pageFor = Effect.fnUntraced(function* (
  request: RawRequest,
  invited: Invited,
  visitor: Visitor
) {
  const view = yield* viewFor(request, invited, visitor)
  const jsSdk = visitor.device === "mini-program"
  return yield* page(200, payPage(view, languageIn(request), jsSdk))
})

const page = Effect.fnUntraced(function* (status: number, content: ReturnType<typeof payPage>) {
  const body = yield* Effect.promise(async () => String(await content))
  const headers = { ...noStore, "content-type": "text/html; charset=utf-8" }
  return { status, headers, body } satisfies RawReply
})

/** People are told on a page what a script is told as a problem. */
export const told =
  <E extends { readonly _tag: string }, R>(
    handle: (request: RawRequest) => Effect.Effect<RawReply, E, R>
  ) =>
  (request: RawRequest): Effect.Effect<RawReply, E, R> =>
    Effect.catchIf(
      handle(request),
      (problem) => !wantsData(request) && problem._tag in sayings,
      ({ _tag }) => {
        const [status, headline, how] = sayings[_tag as keyof typeof sayings]
        return page(status, toldPage(languageIn(request), headline, how))
      }
    )

const sayings = {
  PaymentUnknown: [404, "unknown", "unknownHow"],
  TooOften: [429, "tooOften", "tooOftenHow"]
} as const
