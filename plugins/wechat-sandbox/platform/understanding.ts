import { readReply } from "./letters.ts"
import type { Account, Callback } from "./model.ts"
import type { PushDelivery, PushRow } from "./store.ts"
import { textIn } from "./xml.ts"

/** An answer that ends the trying. */
export interface Answer {
  readonly xml: string | null
  readonly message?: {
    readonly way: "reply" | "system"
    readonly kind: string
    readonly body: string
  }
}

export interface Understood {
  /** Absent: nothing that ends the trying. */
  readonly answer?: Answer
}

/** `success` and nothing at all mean that there is no reply; anything else must be one. */
export const meaning = (
  account: Account,
  callback: Callback,
  { openid }: PushRow,
  text: string
): Understood => {
  if (text === "" || text === "success") return { answer: { xml: null } }
  const read = readReply(account, callback, openid, text)
  if (read === undefined) return {}
  const kind = textIn(read.reply, "MsgType")
  const body = JSON.stringify(read.reply)
  return { answer: { xml: read.xml, message: { way: "reply", kind, body } } }
}

/** Only of an answer of status 200 is it asked what it says. */
export const said = (
  { status }: PushDelivery,
  { answer }: Understood
): Pick<PushDelivery, "said"> => {
  if (status !== 200) return {}
  if (answer === undefined) return { said: "malformed" }
  return { said: answer.xml === null ? "nothing" : "reply" }
}

/** What somebody reads who said something and was not heard. */
export const excuse = ({ event }: PushRow): Answer["message"] =>
  conversational.has(event)
    ? { way: "system", kind: "text", body: JSON.stringify({ Content: unavailable }) }
    : undefined

const unavailable = "该公众号暂时无法提供服务，请稍后再试"

const conversational = new Set([
  ...["text", "image", "voice", "video", "shortvideo", "location", "link"],
  ...["CLICK", "SCAN", "subscribe"]
])
