import { Effect, Schema } from "effect"
import { LoginSettings } from "../../login/settings.ts"
import { Invitations, TooOften } from "../../payments/invitations.ts"
import type { Invited } from "../../payments/invited.ts"
import type { PaymentUnknown } from "../../payments/model.ts"
import { payScript } from "../../payments/pages/script.ts"
import { offerOf, stateOf } from "../../payments/pages/state.ts"
import { isBack } from "../../payments/pages/view.ts"
import { type RawReply, type RawRequest, route } from "../../plugin/route.ts"
import type { Merchants } from "../../wechat/pay/merchants.ts"
import { goTo, leading } from "../login/answers.ts"
import { telling } from "../telling.ts"
import { data, factsFor, pageFor, payUrl, tokenOf, told, wantsData } from "./answers.ts"
import { howOf } from "./how.ts"
import { type Payer, payerOf } from "./visitor.ts"

/** Another site's page wants something done in its visitor's name. */
class ForeignPage extends Schema.TaggedError<ForeignPage>()("ForeignPage", {}) {
  readonly status = 403
  override readonly message = "This was sent by another site"
}

const isPayable = (invited: Invited) => {
  const state = stateOf(invited.standing, invited.isOver)
  return state === "open" || state === "paying"
}

/** Inside WeChat people are known before they pay; who has nothing to pay is not asked. */
const mustLogIn = (invited: Invited, { account, customer, device, miniPage }: Payer) =>
  isPayable(invited) &&
  account?.kind === "service" &&
  customer === undefined &&
  (device === "wechat" || (device === "mini-program" && miniPage === undefined))

/** On a computer the code is there by itself, and again when it has grown too old. */
const withCode = Effect.fnUntraced(function* (token: string, invited: Invited, payer: Payer) {
  const { begun } = invited
  const isWanted =
    isPayable(invited) &&
    offerOf(invited, payer) === "native" &&
    !invited.isTaken &&
    begun?.prepay === undefined
  if (!isWanted) return invited
  const invitations = yield* Invitations
  return yield* invitations
    .prepare(token, { way: "native" }, true)
    .pipe(
      Effect.catchTags({ TooOften: () => Effect.void, OrderInvalid: () => Effect.void }),
      Effect.andThen(invitations.look(token))
    )
})

const look = Effect.fnUntraced(function* (request: RawRequest) {
  const token = tokenOf(request)
  const invitations = yield* Invitations
  const seen = yield* invitations.look(token)
  const payer = yield* payerOf(request, seen, token)
  if (wantsData(request))
    return data(yield* factsFor(request, yield* withCode(token, seen, payer), payer))
  if (mustLogIn(seen, payer))
    return goTo(leading("/login/wechat", `/pay/${token}`, { account: payer.account?.name ?? "" }))
  if (!isPayable(seen) || !isBack(seen, payer))
    return yield* pageFor(request, yield* withCode(token, seen, payer), payer)
  const { invited, isAnswered } = yield* invitations.ask(token, "1 second")
  return yield* pageFor(request, invited, { ...payer, isAsking: !isAnswered })
})

/** A form of another site's must do nothing here; browsers say which site it is from. */
const ownPage = Effect.fnUntraced(function* ({ headers }: RawRequest) {
  const { publicUrl } = yield* LoginSettings
  const { origin } = headers
  if (origin !== undefined && origin !== publicUrl.origin) return yield* new ForeignPage()
})

/** Begins to pay, the way that suits the device. */
const begin = Effect.fnUntraced(function* (request: RawRequest) {
  yield* ownPage(request)
  const token = tokenOf(request)
  const invitations = yield* Invitations
  const before = yield* invitations.look(token)
  const payer = yield* payerOf(request, before, token)
  const how = yield* howOf(request, payer, yield* payUrl(token))
  const prepared = isPayable(before) ? yield* invitations.prepare(token, how) : undefined
  const cashier = prepared?.cashier
  const invited = yield* invitations.look(token)
  if (!wantsData(request)) {
    const h5Url = cashier?.way === "h5" ? cashier.h5Url : undefined
    return yield* pageFor(request, invited, { ...payer, h5Url })
  }
  const view = yield* factsFor(request, invited, payer)
  return data({ ...(cashier !== undefined && { cashier }), view })
})

/** Back from the cashier: WeChat is asked, and its word is shown. */
const word = Effect.fnUntraced(function* (request: RawRequest) {
  yield* ownPage(request)
  const token = tokenOf(request)
  const invitations = yield* Invitations
  const { invited, isAnswered } = yield* invitations.ask(token, "5 seconds")
  const payer = yield* payerOf(request, invited, token)
  return data({ ...(yield* factsFor(request, invited, payer)), isAnswered })
})

/** Tells a page each time that something of it has changed. */
const events = Effect.fnUntraced(function* (request: RawRequest) {
  const token = tokenOf(request)
  const invitations = yield* Invitations
  const payer = yield* payerOf(request, yield* invitations.look(token), token)
  const facts = (invited: Invited) =>
    Effect.flatMap(withCode(token, invited, payer), (now) => factsFor(request, now, payer))
  return yield* telling((say) => {
    const follow = (mark: string): Effect.Effect<never, PaymentUnknown, Needed> =>
      Effect.flatMap(invitations.changed(token, mark), (invited) =>
        Effect.flatMap(facts(invited), (now) => {
          say("view", JSON.stringify(now))
          return follow(now.mark)
        })
      )
    return Effect.catchTag(
      follow(request.query.get("since") ?? ""),
      "PaymentUnknown",
      () => Effect.void
    )
  }, new TooOften())
})

type Needed = Invitations | LoginSettings | Merchants

const script = {
  status: 200,
  headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "max-age=3600" },
  body: payScript
} satisfies RawReply

/** What whoever opens the address of a payment sees and does. */
export const payRoutes = [
  route.raw("GET", "/pay/page.js", () => Effect.succeed(script)),
  route.raw("GET", "/pay/:token", told(look)),
  route.raw("POST", "/pay/:token", told(begin)),
  route.raw("POST", "/pay/:token/word", word),
  route.raw("GET", "/pay/:token/events", events)
]
