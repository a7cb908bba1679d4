import { html } from "hono/html"
import type { Html, Part } from "../../login/pages/frame.ts"
import type { Invited } from "../invited.ts"
import { offersView } from "./offers.ts"
import { partsView } from "./parts.ts"
import { time, yuan } from "./shown.ts"
import { isOwn, offerOf, type PayState, returnedOf, stateOf, type Visitor } from "./state.ts"
import type { Say, Word } from "./words.ts"

/** What is shown of a payment now, and what a script needs to know of it. */
export interface PayView {
  /** Another whenever the rest is. */
  readonly mark: string
  readonly state: PayState
  /** Whoever comes back to the page may have paid meanwhile, so WeChat is to be asked. */
  readonly asks: boolean
  readonly html: Html
}

/** Everything of the page that changes. */
export const payView = (
  invited: Invited,
  visitor: Visitor,
  about: { readonly say: Say; readonly url: string; readonly payee: string | undefined }
): PayView => {
  const { say } = about
  const stands = stateOf(invited.standing, invited.isOver)
  const isAsking = visitor.isAsking === true && stands === "paying"
  const state = isAsking ? "checking" : stands
  const content = html`<p class="amount">${yuan(invited.amount)}</p>
<h1 tabindex="-1">${invited.title}</h1>
${headline(state, say)}
${details(invited, state, about)}
${deed(invited, visitor, state, about)}
${partsView(invited, say)}`
  return {
    mark: invited.mark,
    state,
    asks: state === "checking" || (state === "paying" && isBack(invited, visitor)),
    html: content
  }
}

/** What this visitor has begun leads away from the page, and back to it. */
export const isBack = (invited: Invited, visitor: Visitor) => {
  const offer = offerOf(invited, visitor)
  return offer !== "native" && isOwn(invited, offer, visitor)
}

const headlines = {
  open: undefined,
  paying: undefined,
  checking: ["…", "checking"],
  paid: ["✓", "paid"],
  refunded: ["↩", "refunded"],
  closed: ["–", "closed"],
  over: ["–", "over"]
} as const satisfies Readonly<Record<PayState, readonly [mark: string, word: Word] | undefined>>

const headline = (state: PayState, say: Say): Part => {
  const shown = headlines[state]
  if (shown === undefined) return ""
  const [mark, word] = shown
  return html`<p class="mark ${state}" aria-hidden="true">${mark}</p>
<p class="headline">${say(word)}</p>`
}

interface About {
  readonly say: Say
  readonly payee: string | undefined
  readonly url: string
}

const details = (
  { standing, store, ...invited }: Invited,
  state: PayState,
  { payee, say }: About
): Html => {
  const until = state === "open" || state === "paying" ? invited.until : undefined
  const returned = returnedOf(standing)
  const rows: ReadonlyArray<readonly [Word, string] | undefined> = [
    payee === undefined ? undefined : ["payee", payee],
    ["store", store],
    until === undefined ? undefined : ["until", `${time(until)} ${say("beijing")}`],
    standing._tag === "Paid" ? ["paidAt", `${time(standing.paidAt)} ${say("beijing")}`] : undefined,
    returned > 0 ? ["refunded", yuan(returned)] : undefined
  ]
  return html`<dl>${rows
    .filter((row) => row !== undefined)
    .map(([word, value]) => html`<div><dt>${say(word)}</dt><dd>${value}</dd></div>`)}</dl>`
}

/** What there is to do, or why there is nothing. */
const deed = (invited: Invited, visitor: Visitor, state: PayState, { say, url }: About): Part => {
  switch (state) {
    case "open":
    case "paying":
      return offersView({ invited, visitor, offer: offerOf(invited, visitor), say, url })
    case "checking":
      return html`<p class="how">${say("checkingHow")}</p>`
    case "refunded":
      return html`<p class="how">${say("refundedHow")}</p>`
    case "closed":
    case "over":
      return html`<p class="how">${say("closedHow")}</p>`
    case "paid":
      return ""
  }
}
