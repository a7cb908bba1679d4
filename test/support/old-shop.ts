import { Effect, Redacted, Schema } from "effect"
import { textIn } from "../../core/legacy/codec/charset.ts"
import { flatJson } from "../../core/legacy/codec/flat-json.ts"
import { form } from "../../core/legacy/codec/form.ts"
import { signedWithKey } from "../../core/legacy/codec/signature.ts"
import { flatXml } from "../../core/legacy/codec/xml.ts"
import { Front } from "../../core/legacy/front.ts"
import { RawPeer } from "./raw-peer.ts"
import type { World } from "./world.ts"

type Format = "json" | "xml" | "form"
type Texts = Readonly<Record<string, string>>

const utf8 = textIn("utf-8")
const requests = {
  json: ["application/json", utf8.pipe(Schema.decodeTo(flatJson))],
  xml: ["text/xml", utf8.pipe(Schema.decodeTo(flatXml({ root: "request", declares: "UTF-8" })))],
  form: ["application/x-www-form-urlencoded", form({ charset: "gbk" })]
} as const
const replies = {
  json: requests.json[1],
  xml: utf8.pipe(Schema.decodeTo(flatXml({ root: "reply", declares: "UTF-8" }))),
  form: requests.form[1]
}

const formats: Readonly<Record<string, Format>> = {
  "application/json; charset=utf-8": "json",
  "text/xml; charset=utf-8": "xml",
  "application/x-www-form-urlencoded; charset=GBK": "form"
}

/** An old shop's server at the legacy door, with a socket for each question. */
export const openDesk = Effect.fnUntraced(function* (world: World) {
  const routes = yield* world.legacy
  const address = yield* Front.listen({ host: "127.0.0.1", port: 0, routes })

  const post = Effect.fnUntraced(function* (path: string, type: string, body: string | Uint8Array) {
    const bytes = Buffer.from(body)
    const peer = yield* RawPeer.dial(address)
    peer.say(
      `POST ${path} HTTP/1.0\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`
    )
    peer.say(bytes)
    const [heard] = yield* peer.ends
    const [, contentType = ""] = /\r\nContent-Type: ([^\r]*)/.exec(heard) ?? []
    const format = formats[contentType]
    if (format === undefined || !heard.startsWith("HTTP/1.0 200")) throw new Error(heard)
    const said = Buffer.from(heard.slice(heard.indexOf("\r\n\r\n") + 4), "latin1")
    const fields: Texts = yield* Effect.orDie(Schema.decodeEffect(replies[format])(said))
    return { format, fields }
  }, Effect.scoped)

  return {
    post,
    ask: Effect.fnUntraced(function* (path: string, format: Format, fields: Texts) {
      const [type, codec] = requests[format]
      return yield* post(path, type, yield* Effect.orDie(Schema.encodeEffect(codec)(fields)))
    }),
    /** The same fields with the signature of whoever has the secret. */
    signed: ({ sign: _, ...fields }: Texts, secret: string): Effect.Effect<Texts> =>
      Effect.orDie(
        Schema.encodeEffect(
          signedWithKey({ field: "sign", charset: "gbk", secret: () => Redacted.make(secret) })(
            Schema.Record(Schema.String, Schema.String)
          )
        )(fields)
      )
  }
})

export type Desk = Effect.Success<ReturnType<typeof openDesk>>
