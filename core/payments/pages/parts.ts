import { html } from "hono/html"
import type { Html, Part } from "../../login/pages/frame.ts"
import type { Fen } from "../../values/money.ts"
import type { Invited, InvitedPart } from "../invited.ts"
import { yuan } from "./shown.ts"
import { type PayState, stateOf } from "./state.ts"
import type { Say, Word } from "./words.ts"

/** Every part of what is paid for, where there are several: deposit and balance, fare and difference. */
export const partsView = ({ parts }: Invited, say: Say): Part =>
  parts.length < 2
    ? ""
    : html`<section class="parts"><h2>${say("parts")}</h2><ul>${parts.map((part) => line(part, say))}</ul>
<p class="left">${rest(parts, say)}</p></section>`

const stateWords: Readonly<Record<PayState, Word>> = {
  open: "open",
  paying: "open",
  checking: "checking",
  paid: "paid",
  refunded: "refunded",
  closed: "closed",
  over: "closed"
}

const isOwed = ({ standing }: InvitedPart) => {
  const state = stateOf(standing, false)
  return state === "open" || state === "paying" || state === "checking"
}

const line = (part: InvitedPart, say: Say): Html => {
  const { amount, isThis, payUrl, standing, title } = part
  const name = isThis
    ? html`<b>${title}</b> <small>${say("thisOne")}</small>`
    : html`<a href="${new URL(payUrl).pathname}">${title}</a>`
  return html`<li><span>${name}</span><span class="end">${yuan(amount)}<small>${say(stateWords[stateOf(standing, false)])}</small></span></li>`
}

const rest = (parts: ReadonlyArray<InvitedPart>, say: Say) => {
  const left = parts.filter(isOwed).reduce((sum, { amount }) => sum + amount, 0)
  return left === 0 ? say("nothingLeft") : `${say("left")} ${yuan(left as Fen)}`
}
