import { Schema } from "effect"

/** What is sent to whom. */
export const Mass = Schema.Struct({
  /** Ours: under the same one it is sent once. */
  key: Schema.String.check(Schema.isBetweenLength(1, 128)),
  appid: Schema.String.check(Schema.isMaxLength(32)),
  /** The legal entity that speaks: who agreed to hear from it, and nobody else, does. */
  entity: Schema.String.check(Schema.isBetweenLength(1, 64)),
  did: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        kind: Schema.String,
        plugin: Schema.optionalKey(Schema.String),
        since: Schema.optionalKey(Schema.Int)
      })
    ).check(Schema.isMaxLength(5))
  ),
  content: Schema.Union([
    Schema.Struct({
      kind: Schema.Literal("text"),
      text: Schema.String.check(Schema.isBetweenLength(1, 600))
    }),
    Schema.Struct({
      kind: Schema.Literal("mpnews"),
      mediaId: Schema.String.check(Schema.isMaxLength(128))
    })
  ])
})
export type Mass = typeof Mass.Type

/** How a mass message stands; the numbers are WeChat's. */
export const MassStanding = Schema.Struct({
  state: Schema.Literals(["sending", "sent", "failed"]),
  why: Schema.optionalKey(Schema.String),
  /** Handed to WeChat. */
  people: Schema.Int,
  sent: Schema.Int,
  /** Left out by WeChat, for having had four this month. */
  filtered: Schema.Int,
  failed: Schema.Int
})
export type MassStanding = typeof MassStanding.Type

/** No such mass message was sent. */
export class MassUnknown extends Schema.TaggedError<MassUnknown>()("MassUnknown", {}) {
  readonly status = 404
  override readonly message = "There is no such mass message"
}

const json = Schema.fromJsonString(Mass)
export const encodeMass = Schema.encodeSync(json)
export const decodeMass = Schema.decodeSync(json)
