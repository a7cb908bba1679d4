import { html } from "hono/html"
import type { Html, Part } from "../../login/pages/frame.ts"
import type { Invited } from "../invited.ts"
import { qr } from "./shown.ts"
import { isOwn, type Offer, type Visitor } from "./state.ts"
import type { Say, Word } from "./words.ts"

interface Offered {
  readonly invited: Invited
  readonly visitor: Visitor
  readonly offer: Offer
  readonly say: Say
  /** The page's own address. */
  readonly url: string
}

/** The way to pay that suits the device, and the way out where that does not work. */
export const offersView = (offered: Offered): Part => {
  const { invited, offer, say, visitor } = offered
  if (offer === "nothing") return html`<p class="how">${say("cannotHere")}</p>`
  if (offer === "in WeChat") return inWechat(offered)
  const own = isOwn(invited, offer, visitor)
  return html`${progress(invited, own, say)}
${offer === "native" ? byQr(offered, own) : byButton(offered, own)}
${offer === "h5" ? otherwise(offered) : ""}`
}

const progress = ({ begun }: Invited, own: boolean, say: Say): Part => {
  if (begun === undefined || (own && begun.way === "native")) return ""
  return html`<p class="how">${say(own ? "begun" : "elsewhere")}</p>`
}

/** On a computer: the code itself, unless that would end what somebody has begun elsewhere. */
const byQr = ({ invited, say, url }: Offered, own: boolean): Html => {
  const { begun } = invited
  if (invited.isTaken) return press(url, say(begun === undefined || own ? "showCode" : "here"))
  return begun?.prepay === undefined
    ? html`<p class="how" data-making>${say("making")}</p>`
    : html`<p class="how">${say("scan")}</p>${qr(begun.prepay, say("qr"))}`
}

const byButton = ({ invited, offer, say, url, visitor }: Offered, own: boolean): Html => {
  if (visitor.h5Url !== undefined)
    return html`<a class="button primary" href="${visitor.h5Url}">${say("toWechat")}</a>`
  const word: Word = own ? "goOn" : invited.begun === undefined ? "pay" : "here"
  if (offer === "mini-program")
    return html`<button class="primary" type="button" data-mini="${visitor.miniPage ?? ""}">${say("toMiniProgram")}</button>`
  return html`${press(url, say(word))}
${offer === "jsapi" ? html`<noscript><p class="how">${say("noScript")}</p></noscript>` : ""}`
}

/** What begins to pay: a form, so that it works without script too. The price is nobody's to say. */
const press = (url: string, says: string): Html =>
  html`<form method="post" action="${new URL(url).pathname}"><button class="primary">${says}</button></form>`

const otherwise = (offered: Offered): Html =>
  html`<details><summary>${offered.say("orInWechat")}</summary>${inWechat(offered)}</details>`

/** How a page gets into WeChat from where it cannot call it. */
const inWechat = ({ say, url }: Offered): Html =>
  html`<section aria-label="${say("inWechat")}"><h2>${say("inWechat")}</h2>
<p class="how">${say("inWechatHow")}</p>
${qr(url, say("pageQr"))}
<label class="address">${say("address")}<input readonly value="${url}"></label>
<button type="button" data-copy="${url}" data-copied="${say("copied")}">${say("copy")}</button></section>`
