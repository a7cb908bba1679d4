// @ts-expect-error it brings no types
import WechatCrypto from "wechat-crypto"

/** What a stranger's library knows of WeChat's encryption; it stands for WeChat's side in tests. */
interface Crypto {
  /** Of token, timestamp and nonce; with a ciphertext, `msg_signature`. */
  getSignature(timestamp: string, nonce: string, encrypted: string): string
  decrypt(encrypted: string): { readonly message: string; readonly id: string }
  encrypt(text: string): string
}
const Library: new (token: string, encodingAesKey: string, appid: string) => Crypto = WechatCrypto

export type Mode = "plain" | "compatible" | "secure"

/** What WeChat and the account have agreed on. */
export const agreed = {
  name: "main",
  appid: "wx0123456789abcdef",
  originalId: "gh_0123456789ab",
  token: "weirToken1",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
}
export type Agreed = typeof agreed

export const cryptoOf = ({ aesKey, appid, token }: Agreed = agreed): Crypto =>
  new Library(token, aesKey, appid)

type Content = string | { readonly [name: string]: Content } | ReadonlyArray<Content>

/** As WeChat writes it: texts as CDATA, numbers bare, repeated elements for a list. */
export const xml = (fields: Content): string => `<xml>${inner(fields)}</xml>`

const inner = (content: Content): string => {
  if (typeof content === "string")
    return /^\d+$/.test(content)
      ? content
      : `<![CDATA[${content.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`
  return Object.entries(content)
    .flatMap(([name, inside]) =>
      [inside].flat().map((one: Content) => `<${name}>${inner(one)}</${name}>`)
    )
    .join("")
}

export const openid = "oCANARY_person_0123456789abc"

/** What people do, by WeChat's names. */
export const text = (Content: string, more: { readonly [name: string]: Content } = {}) => ({
  ToUserName: agreed.originalId,
  FromUserName: openid,
  CreateTime: "1795500000",
  MsgType: "text",
  Content,
  MsgId: "24551234567890123",
  ...more
})
/** The same, of another kind. */
export const said = (MsgType: string, more: { readonly [name: string]: Content }) => {
  const { Content, ...rest } = text("", { MsgType, ...more })
  return rest
}
export const event = (Event: string, more: { readonly [name: string]: Content } = {}) => ({
  ToUserName: agreed.originalId,
  FromUserName: openid,
  CreateTime: "1795500000",
  MsgType: "event",
  Event,
  ...more
})

/** A request as it arrives. */
export interface Request {
  readonly query: string
  readonly body: string
}

interface Envelope {
  readonly mode?: Mode
  /** Seconds. */
  readonly at?: number
  readonly nonce?: string
  readonly by?: Agreed
  /** In compatible mode: what the clear copy says instead. */
  readonly clear?: Content
}

let count = 0
const freshNonce = () => String(1_000_000_000 + count++)

/** Packs a message as WeChat pushes it: each time anew, with a nonce and a ciphertext of its own. */
export const pushed = (message: Content | string, envelope: Envelope = {}): Request => {
  const { at = 1_795_500_000, by = agreed, clear, mode = "secure", nonce = freshNonce() } = envelope
  const crypto = cryptoOf(by)
  const timestamp = String(at)
  const plain = typeof message === "string" ? message : xml(message)
  const base = { signature: crypto.getSignature(timestamp, nonce, ""), timestamp, nonce, openid }
  if (mode === "plain") return { query: queryOf(base), body: plain }
  const encrypted = crypto.encrypt(plain)
  const query = queryOf({
    ...base,
    encrypt_type: "aes",
    msg_signature: crypto.getSignature(timestamp, nonce, encrypted)
  })
  const sealed = inner({ ToUserName: by.originalId, Encrypt: encrypted })
  const copy = mode === "compatible" ? inner(clear ?? (message as Content)) : ""
  return { query, body: `<xml>${copy}${sealed}</xml>` }
}

const queryOf = (parameters: Readonly<Record<string, string>>) =>
  `?${new URLSearchParams(parameters)}`

/** What a reply says, opened as WeChat opens it. */
export const openReply = (reply: string, by: Agreed = agreed): string => {
  const of = (name: string) =>
    new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, "s").exec(reply)?.[1] ?? ""
  const crypto = cryptoOf(by)
  const wanted = crypto.getSignature(of("TimeStamp"), of("Nonce"), of("Encrypt"))
  if (wanted !== of("MsgSignature")) throw new Error(`Not signed as it should be: ${reply}`)
  const { id, message } = crypto.decrypt(of("Encrypt"))
  if (id !== by.appid) throw new Error(`Sealed for ${id}`)
  return message
}
