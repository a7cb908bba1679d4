import type { Fault } from "../faults.ts"
import { decrypt, encrypt, signatureOf, spacesFor } from "./envelope.ts"
import type { Account, Callback } from "./model.ts"
import type { PushRow } from "./store.ts"
import { type Parsed, parseXml, textIn, toJson, toXml } from "./xml.ts"

/** What goes wrong with one delivery on purpose. */
export interface Spoilt {
  readonly downgrade?: Fault | undefined
  readonly padding?: Fault | undefined
  readonly "wrong-appid"?: Fault | undefined
}

export interface Letter {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Stamp {
  readonly timestamp: string
  readonly nonce: string
}

/** One delivery of a push: the same body at each try, under a fresh signature. */
export const letterOf = (
  account: Account,
  callback: Callback,
  push: PushRow,
  { nonce, timestamp }: Stamp,
  spoilt: Spoilt = {}
): Letter => {
  const { aesKey, mode, token } = callback
  const isJson = push.body.startsWith("{")
  const query = new URLSearchParams({
    signature: signatureOf(token, timestamp, nonce),
    timestamp,
    nonce,
    openid: push.openid
  })
  const headers = { "content-type": isJson ? "application/json" : "text/xml", accept: "*/*" }
  const to = (body: string): Letter => ({
    url: addressed(push.url ?? callback.url, query),
    headers,
    body
  })
  if (mode === "plain" || aesKey === undefined || spoilt.downgrade) return to(push.body)

  const appid = spoilt["wrong-appid"] ? strangers : account.appid
  const pad = spoilt.padding === undefined ? undefined : (spoilt.padding.pad ?? 32)
  const spaces = pad === undefined ? 0 : spacesFor(pad, appid, push.body)
  const sealed = encrypt(aesKey, appid, push.salt, push.body + " ".repeat(spaces))
  query.set("encrypt_type", "aes")
  query.set("msg_signature", signatureOf(token, timestamp, nonce, sealed))
  return to(mode === "secure" ? alone(account, sealed, isJson) : beside(push.body, sealed, isJson))
}

const strangers = "wx0000000000000000"

const addressed = (url: string, query: URLSearchParams) =>
  `${url}${url.includes("?") ? "&" : "?"}${query}`

const alone = ({ originalId }: Account, Encrypt: string, isJson: boolean) => {
  const fields = { ToUserName: originalId, Encrypt }
  return isJson ? toJson(fields) : toXml(fields)
}

/** In the compatible mode both are there, the clear text and the other. */
const beside = (body: string, sealed: string, isJson: boolean) =>
  isJson
    ? body.replace(/\}$/, `,"Encrypt":${JSON.stringify(sealed)}}`)
    : body.replace(/<\/xml>$/, `<Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`)

/** A stranger who saw one delivery sends another body under its signatures. */
export const forgery = (letter: Letter): Letter => ({
  ...letter,
  body: letter.body
    .replace(/(<FromUserName><!\[CDATA\[)[^\]]*/, "$1oStranger000000000000000000")
    .replace(/("FromUserName":")[^"]*/, "$1oStranger000000000000000000")
    .replace(/(<Encrypt><!\[CDATA\[|"Encrypt":")[^\]"]{8}/, "$1AAAAAAAA")
})

/** The clear text of an answer: what WeChat makes of it, or `undefined` if it can make nothing of it. */
export const readReply = (
  { appid, originalId }: Account,
  { aesKey = "", mode, token }: Callback,
  openid: string,
  text: string
): { readonly xml: string; readonly reply: Parsed } | undefined => {
  const outer = parseXml(text)
  const sealed = outer && textIn(outer, "Encrypt")
  if (outer === undefined || (mode === "secure" && !sealed)) return undefined
  const signed =
    !sealed ||
    textIn(outer, "MsgSignature") ===
      signatureOf(token, textIn(outer, "TimeStamp"), textIn(outer, "Nonce"), sealed)
  const xml = sealed ? decrypt(aesKey, appid, sealed) : text
  const reply = xml === undefined || !signed ? undefined : parseXml(xml)
  if (xml === undefined || reply === undefined) return undefined
  const isOurs =
    textIn(reply, "ToUserName") === openid && textIn(reply, "FromUserName") === originalId
  return isOurs && replyTypes.has(textIn(reply, "MsgType")) ? { xml, reply } : undefined
}

const replyTypes = new Set([
  ...["text", "image", "voice", "video", "music", "news"],
  "transfer_customer_service"
])
