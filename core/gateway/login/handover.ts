import { Effect } from "effect"
import type { FrontRoute } from "../../legacy/front.ts"
import { makeDesk } from "../../login/desk.ts"
import { changeMember, exchangeTicket } from "../../login/desk-calls.ts"
import { carriesTicket, withTicket } from "../../login/return-address.ts"
import { Sessions } from "../../login/sessions.ts"
import { LoginSettings } from "../../login/settings.ts"
import { Tickets } from "../../login/tickets.ts"
import { type RawRequest, route } from "../../plugin/route.ts"
import { carried, goTo, leading, refuse, shown, wanted } from "./answers.ts"

/** Sends whoever is logged in to an old system, with a ticket that tells it who that is; whoever is not logs in first. */
const handOver = Effect.fnUntraced(function* (request: RawRequest) {
  const target = yield* wanted(request)
  if (target.is === "path" || target.at.secret === undefined || carriesTicket(target.to))
    return yield* refuse("return address")
  const session = yield* Sessions.use((sessions) => sessions.find(carried(request).former))
  if (session === undefined) return goTo(leading("/login", leading("/login/handover", target.to)))
  const ticket = yield* Tickets.use((tickets) => tickets.give(target.at.name, session))
  return goTo(withTicket(target.to, ticket))
})

export const handoverRoutes = [route.raw("GET", "/login/handover", shown(handOver))]

/** What old systems ask on the legacy door. */
export const deskRoutes = Effect.gen(function* () {
  const { returnAddresses } = yield* LoginSettings
  return [
    {
      method: "POST",
      path: "/login/ticket",
      answer: makeDesk(returnAddresses, yield* exchangeTicket)
    },
    {
      method: "POST",
      path: "/login/member",
      answer: makeDesk(returnAddresses, yield* changeMember)
    }
  ] satisfies ReadonlyArray<FrontRoute>
})
