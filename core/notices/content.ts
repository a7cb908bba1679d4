import { Effect, Schema } from "effect"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Seal } from "../database/seal.ts"

/** Where a tap on a notice leads: to a page, or to one of a mini program. */
export const Leads = Schema.Struct({
  url: Schema.optionalKey(
    Schema.String.check(Schema.isMaxLength(1_024), Schema.isPattern(/^https?:\/\//))
  ),
  miniProgram: Schema.optionalKey(
    Schema.Struct({
      appid: Schema.String.check(Schema.isMaxLength(32)),
      pagepath: Schema.String.check(Schema.isMaxLength(1_024))
    })
  )
})
export type Leads = typeof Leads.Type

/** What a notice says, as the plugin said it. */
export const Content = Schema.Struct({
  key: Schema.String,
  reference: Schema.String,
  /** By the plugin's names of the fields, as people read them. */
  texts: Schema.Record(Schema.String, Schema.String),
  ...Leads.fields
})
export type Content = typeof Content.Type

const text = Schema.fromJsonString(Content)
const encode = Schema.encodeSync(text)
const decode = Schema.decodeSync(text)
const place = (id: string) => `weir_notices.content:${id}`

/** What notices do with what nobody may read in the database. None of it waits. */
export const makeSealing = Effect.gen(function* () {
  const { open, seal } = yield* Seal
  const pseudonyms = yield* Pseudonyms
  return {
    idOf: (plugin: string, notice: string, key: string) =>
      pseudonyms.of("notice", plugin, notice, key),
    contactOf: (appid: string, openid: string) => pseudonyms.of("openid", appid, openid),
    sealed: (id: string, content: Content) => seal(Buffer.from(encode(content)), place(id)),
    opened: (id: string, content: Uint8Array): Content =>
      decode(Buffer.from(open(content, place(id))).toString())
  }
})
export type Sealing = Effect.Success<typeof makeSealing>
