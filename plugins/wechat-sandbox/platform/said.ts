import { Schema } from "effect"
import type { Fields } from "./xml.ts"

const text = (longest: number) => Schema.String.check(Schema.isBetweenLength(1, longest))
const degrees = Schema.Finite.check(Schema.isBetween({ minimum: -180, maximum: 180 }))
/** Base64 of what was photographed or recorded; something small unless said. */
const data = Schema.optionalKey(Schema.String.check(Schema.isMaxLength(700_000)))

/** What a person may say to an account. */
export const Said = Schema.Union([
  Schema.Struct({
    type: Schema.optionalKey(Schema.Literal("text")),
    content: text(2048),
    /** The id of the `msgmenu` entry that was tapped. */
    menuId: Schema.optionalKey(text(64))
  }),
  Schema.Struct({ type: Schema.Literals(["image", "voice", "video", "shortvideo"]), data }),
  Schema.Struct({
    type: Schema.Literal("location"),
    latitude: degrees,
    longitude: degrees,
    scale: Schema.optionalKey(Schema.Int),
    label: Schema.optionalKey(text(255))
  }),
  Schema.Struct({
    type: Schema.Literal("link"),
    title: text(64),
    description: text(255),
    url: text(512)
  })
])
export type Said = typeof Said.Type

export type Recorded = Extract<Said, { readonly type: "image" | "voice" | "video" | "shortvideo" }>

export const isRecorded = (said: Said): said is Recorded =>
  said.type !== undefined && kinds.has(said.type)

const kinds: ReadonlySet<string> = new Set(["image", "voice", "video", "shortvideo"])

/** A message as it is pushed; `media` are the ids of what was recorded. */
export const messageFields = (said: Said, id: bigint, media: ReadonlyArray<string>): Fields => {
  const [mediaId = "", thumbnail = ""] = media
  switch (said.type) {
    case "image":
      return {
        MsgType: "image",
        PicUrl: `http://mmbiz.qpic.cn/mmbiz_jpg/${mediaId}/0`,
        MsgId: id,
        MediaId: mediaId
      }
    case "voice":
      // Recognition has been off since 2023: the element is there, and empty.
      return { MsgType: "voice", MediaId: mediaId, Format: "amr", MsgId: id, Recognition: "" }
    case "video":
    case "shortvideo":
      return { MsgType: said.type, MediaId: mediaId, ThumbMediaId: thumbnail, MsgId: id }
    case "location":
      return {
        MsgType: "location",
        Location_X: said.latitude,
        Location_Y: said.longitude,
        Scale: said.scale ?? 16,
        Label: said.label ?? "",
        MsgId: id
      }
    case "link":
      return {
        MsgType: "link",
        Title: said.title,
        Description: said.description,
        Url: said.url,
        MsgId: id
      }
    default:
      return {
        MsgType: "text",
        Content: said.content,
        MsgId: id,
        ...(said.menuId !== undefined && { bizmsgmenuid: said.menuId })
      }
  }
}
