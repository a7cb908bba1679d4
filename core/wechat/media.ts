import { Effect, Option, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Answer, Call } from "./call.ts"
import { WechatRefused } from "./errors.ts"
import { Form } from "./form.ts"
import { type MediaKind, mediaFormat } from "./media-limits.ts"
import { done, readsAs, text } from "./wire.ts"

const ability = "media"

/** For a file either way, as slow as the line may be. */
const timeout = "60 seconds"

/** Looks at a file as WeChat would, and refuses it as WeChat would. */
const formOf = (
  kind: MediaKind | "picture",
  bytes: Uint8Array,
  texts: Readonly<Record<string, string>> = {}
) =>
  Effect.suspend(() => {
    const format = mediaFormat(kind, bytes)
    if ("code" in format)
      return Effect.fail(new WechatRefused({ code: format.code, class: "C", message: format.says }))
    const { ending, type } = format
    return Effect.succeed(new Form({ field: "media", name: `media.${ending}`, type, bytes }, texts))
  })

const upload = Effect.fnUntraced(function* <A>(
  account: Account,
  kind: MediaKind | "picture",
  bytes: Uint8Array,
  call: Pick<Call<A>, "path" | "repeatable" | "read"> & {
    readonly texts?: Readonly<Record<string, string>>
    readonly query?: Readonly<Record<string, string>>
  }
) {
  const { texts, ...rest } = call
  const body = yield* formOf(kind, bytes, texts)
  const api = yield* WechatApi
  return yield* api.ask(account, { method: "POST", body, ability, timeout, ...rest })
})

/** WeChat keeps temporary media for three days. */
const threeDays = 3 * 86_400_000

const readUpload = readsAs(
  Schema.Struct({
    media_id: Schema.optionalKey(text(256)),
    thumb_media_id: Schema.optionalKey(text(256)),
    created_at: Schema.Int
  }),
  ({ created_at, media_id, thumb_media_id }) => ({
    mediaId: media_id ?? thumb_media_id ?? "",
    /** UTC milliseconds. */
    expiresAt: created_at * 1_000 + threeDays
  })
)

/** Uploads a file for three days, to be sent as often as one likes. */
export const uploadMedia = (account: Account, kind: MediaKind, bytes: Uint8Array) =>
  upload(account, kind, bytes, {
    path: "/cgi-bin/media/upload",
    query: { type: kind },
    repeatable: true,
    read: readUpload
  })

const readMaterial = readsAs(
  Schema.Struct({ media_id: text(256), url: Schema.optionalKey(text(1024)) }),
  ({ media_id, url }) => ({ mediaId: media_id, url })
)

/** Uploads a file for good. An account keeps a limited number of them. */
export const uploadMaterial = (
  account: Account,
  kind: MediaKind,
  bytes: Uint8Array,
  about: { readonly title: string; readonly introduction: string } = { title: "", introduction: "" }
) =>
  upload(account, kind, bytes, {
    path: "/cgi-bin/material/add_material",
    query: { type: kind },
    repeatable: false,
    // WeChat wants it of videos alone.
    ...(kind === "video" && { texts: { description: JSON.stringify(about) } }),
    read: readMaterial
  })

export const removeMaterial = (account: Account, mediaId: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/material/del_material",
      body: { media_id: mediaId },
      ability,
      repeatable: true,
      read: done
    })
  )

const readPicture = readsAs(Schema.Struct({ url: text(1024) }), ({ url }) => url)

/** Uploads a picture that stands in an article (JPEG or PNG, a mebibyte at most), and tells its address. */
export const uploadPicture = (account: Account, bytes: Uint8Array) =>
  upload(account, "picture", bytes, {
    path: "/cgi-bin/media/uploadimg",
    repeatable: true,
    read: readPicture
  })

/** What was downloaded: the file, or where to get it, as WeChat does with videos. */
export type Download =
  | { readonly bytes: Uint8Array; readonly type: string }
  | { readonly url: string }

const Video = Schema.Union([
  Schema.Struct({ video_url: text(2048) }),
  Schema.Struct({ down_url: text(2048) })
])
const isVideo = Schema.decodeUnknownOption(Video)

/** JSON is never a file: it is an error, or says where the video is. */
const readDownload = ({ bytes, headers, json }: Answer): Option.Option<Download> => {
  if (json !== undefined)
    return Option.map(isVideo(json), (video) => ({
      url: "video_url" in video ? video.video_url : video.down_url
    }))
  return bytes.length === 0
    ? Option.none()
    : Option.some({ bytes, type: headers["content-type"] ?? "application/octet-stream" })
}

/** What a file may weigh unless said: more than WeChat takes of anything. */
const heaviest = 12 * 1024 * 1024

const download = (
  account: Account,
  call: Pick<Call<Download>, "method" | "path" | "query" | "body">,
  maxBytes: number
) =>
  WechatApi.use((api) =>
    api.ask(account, { ...call, ability, timeout, maxBytes, repeatable: true, read: readDownload })
  )

/** Downloads what a person sent, or what was uploaded, within its three days. */
export const downloadMedia = (account: Account, mediaId: string, maxBytes = heaviest) =>
  download(
    account,
    { method: "GET", path: "/cgi-bin/media/get", query: { media_id: mediaId } },
    maxBytes
  )

/** The same of a recording by the JS-SDK, in better quality (speex, 16 kHz). */
export const downloadRecording = (account: Account, mediaId: string, maxBytes = heaviest) =>
  download(
    account,
    { method: "GET", path: "/cgi-bin/media/get/jssdk", query: { media_id: mediaId } },
    maxBytes
  )

/** Downloads what was uploaded for good. */
export const downloadMaterial = (account: Account, mediaId: string, maxBytes = heaviest) =>
  download(
    account,
    { method: "POST", path: "/cgi-bin/material/get_material", body: { media_id: mediaId } },
    maxBytes
  )
