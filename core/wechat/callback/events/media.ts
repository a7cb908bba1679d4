import { Schema } from "effect"
import { answerable, ofMessage, textOf } from "../received.ts"

/** Somebody sent a picture. `mediaId` can be fetched for three days. */
export const ImageReceived = answerable(
  Schema.Struct({
    ...ofMessage("image"),
    mediaId: Schema.String,
    url: Schema.optionalKey(Schema.String)
  }),
  ({ MediaId, MsgId, PicUrl }) => ({ messageId: MsgId, mediaId: MediaId, url: textOf(PicUrl) })
)

/** Somebody spoke. `recognised`: the words, if WeChat wrote them down, which it has not done since 2023; see `Recogniser`. */
export const VoiceReceived = answerable(
  Schema.Struct({
    ...ofMessage("voice"),
    mediaId: Schema.String,
    /** `amr` or `speex`. */
    format: Schema.String,
    /** The same in 16 kHz. */
    clearMediaId: Schema.optionalKey(Schema.String),
    recognised: Schema.optionalKey(Schema.String)
  }),
  ({ Format, MediaId, MediaId16K, MsgId, Recognition }) => ({
    messageId: MsgId,
    mediaId: MediaId,
    format: Format,
    clearMediaId: textOf(MediaId16K),
    recognised: textOf(Recognition)
  })
)

/** Somebody sent a film, or one recorded in the chat (`short`). */
export const VideoReceived = answerable(
  Schema.Struct({
    ...ofMessage("video"),
    mediaId: Schema.String,
    thumbMediaId: Schema.optionalKey(Schema.String),
    short: Schema.Boolean
  }),
  ({ MediaId, MsgId, MsgType, ThumbMediaId }) => ({
    messageId: MsgId,
    mediaId: MediaId,
    thumbMediaId: textOf(ThumbMediaId),
    short: String(String(MsgType).toLowerCase() === "shortvideo")
  })
)
