import { Effect } from "effect"
import { type RawReply, route } from "#core"
import type { Answer } from "../subscriptions.ts"
import { inChat } from "./chat-acts.ts"
import { back } from "./form.ts"
import { isAddress } from "./words.ts"

/** A page hears what was decided as its `<wx-open-subscribe>` would: by template, `accept` or `reject`. */
export const goOn = (
  fields: URLSearchParams,
  to: string,
  { accepted, refused }: Answer
): RawReply => {
  if (!isAddress(to)) return back(fields, "decided", to)
  const url = new URL(to)
  const status = (word: string) => (template: string) => [
    template,
    JSON.stringify({ status: word })
  ]
  const details = Object.fromEntries([
    ...accepted.map(status("accept")),
    ...refused.map(status("reject"))
  ])
  url.searchParams.set("subscribeDetails", JSON.stringify(details))
  return { status: 303, headers: { location: url.href } }
}

const answer = inChat(({ account, contact, fields, sandbox }) =>
  Effect.gen(function* () {
    const asked = fields.getAll("asked")
    const yes = new Set(fields.get("result") === "accept" ? fields.getAll("accepted") : [])
    const accepted = asked.filter((id) => yes.has(id))
    const refused = asked.filter((id) => !yes.has(id))
    const keep = fields.get("keep") === "1" && fields.get("result") === "accept"
    const { subscriptions } = sandbox
    const kept = yield* subscriptions.keptAmong(account, contact, fields.getAll("kept"))
    if (keep) yield* subscriptions.keep(contact, { accepted, refused })
    const all = {
      accepted: [...accepted, ...kept.accepted],
      refused: [...refused, ...kept.refused]
    }
    yield* subscriptions.answer(account, contact, all)
    return goOn(fields, fields.get("to") ?? "", all)
  })
)

const turn = inChat(({ account, contact, fields, sandbox }) =>
  Effect.as(
    sandbox.subscriptions.turn(
      account,
      contact,
      fields.get("template") ?? "",
      fields.get("accept") === "1"
    ),
    back(fields)
  )
)

/** What a person decides about notices, in a pop-up and in the account's settings. */
export const subscriptionActs = [
  route.raw("POST", "/phone/subscribe", answer),
  route.raw("POST", "/phone/subscription", turn)
]
