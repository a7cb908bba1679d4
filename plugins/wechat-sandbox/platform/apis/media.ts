import { Effect, Schema } from "effect"
import type { RawReply, RawRequest } from "#core"
import { randomText } from "../../random.ts"
import { type Api, Download, get, ok, openGet, post, upload } from "../api.ts"
import { no } from "../errcodes.ts"
import { isMediaType, uploaded } from "../media-files.ts"
import { deleteMedia, insertMedia, materialsOf, mediaBy, mediaOf } from "../media-store.ts"
import type { PlatformServices } from "../platform.ts"
import type { MediaRow } from "../store.ts"

const terms = { ability: "media" } as const
const text = Schema.optionalKey(Schema.String)
const Id = Schema.Struct({ media_id: Schema.String })

const Articles = Schema.Struct({
  articles: Schema.Array(
    Schema.Struct({
      title: Schema.String,
      content: Schema.String,
      thumb_media_id: text,
      author: text,
      digest: text,
      content_source_url: text,
      show_cover_pic: Schema.optionalKey(Schema.Union([Schema.Int, Schema.String]))
    })
  )
})

/** What a video is called; in the form it stands as JSON of its own. */
const Description = Schema.fromJsonString(Schema.Struct({ title: text, introduction: text }))

/** Where a picture or film can be looked at: here, by the name this host was called by. */
const addressOf = (
  { media_id, type }: Pick<MediaRow, "media_id" | "type">,
  { headers }: RawRequest
) => {
  const host = headers.host ?? "mmbiz.qpic.cn"
  return `http://${host}/mmbiz_${type === "video" ? "mp4" : "jpg"}/${media_id}/0`
}

const keep = Effect.fnUntraced(function* (
  { clock, database }: PlatformServices,
  media: Omit<MediaRow, "media_id" | "created_at">
) {
  const media_id = yield* randomText(64)
  const row = { ...media, media_id, created_at: yield* clock.now }
  return yield* database.write(`media:${media.appid}`, (sql) => insertMedia(sql, row))
})

const nothing = new Uint8Array()

const keepNews = (platform: PlatformServices, appid: string, articles: object, permanent: number) =>
  keep(platform, {
    ...{ appid, type: "news", permanent, name: "", content_type: "application/json" },
    bytes: nothing,
    facts: JSON.stringify(articles)
  })

const found = Effect.fnUntraced(function* (
  { clock, database }: PlatformServices,
  appid: string,
  mediaId: string
) {
  if (mediaId === "") return yield* no(41006)
  const now = yield* clock.now
  return (yield* database.read((sql) => mediaOf(sql, appid, mediaId, now))) ?? (yield* no(40007))
})

const bytesOf = ({ bytes, content_type, name }: MediaRow): RawReply => ({
  status: 200,
  headers: {
    "content-type": content_type,
    "content-disposition": `attachment; filename="${encodeURIComponent(name)}"`
  },
  body: bytes
})

export const mediaApis: ReadonlyArray<Api> = [
  upload("/cgi-bin/media/upload", terms, (platform, { account, query, request }) =>
    Effect.gen(function* () {
      const type = query("type")
      if (!isMediaType(type)) return yield* no(40004)
      const { bytes, contentType, name } = yield* uploaded(type, request)
      const row = yield* keep(platform, {
        ...{ appid: account.appid, type, permanent: 0, name, content_type: contentType },
        ...{ bytes, facts: "{}" }
      })
      const id = type === "thumb" ? "thumb_media_id" : "media_id"
      return { type, [id]: row.media_id, created_at: Math.floor(row.created_at / 1000) }
    })
  ),
  get("/cgi-bin/media/get", { ...terms, plain: true }, (platform, { account, query, request }) =>
    Effect.gen(function* () {
      const row = yield* found(platform, account.appid, query("media_id"))
      return row.type === "video"
        ? { video_url: addressOf(row, request) }
        : new Download(bytesOf(row))
    })
  ),
  upload("/cgi-bin/media/uploadimg", terms, (platform, { account, request }) =>
    Effect.gen(function* () {
      const { bytes, contentType, name } = yield* uploaded("image", request)
      if (bytes.length > 1 << 20) return yield* no(40009)
      // A picture within an article is kept for good, and is none of the account's materials.
      const row = yield* keep(platform, {
        ...{ appid: account.appid, type: "picture", permanent: 2, name },
        ...{ content_type: contentType, bytes, facts: "{}" }
      })
      return { url: addressOf(row, request) }
    })
  ),
  post("/cgi-bin/media/uploadnews", Articles, terms, (platform, { account, body: { articles } }) =>
    Effect.gen(function* () {
      if (articles.length < 1 || articles.length > 8) return yield* no(45008)
      const row = yield* keepNews(platform, account.appid, articles, 0)
      const created_at = Math.floor(row.created_at / 1000)
      return { type: "news", media_id: row.media_id, created_at }
    })
  ),
  post("/cgi-bin/draft/add", Articles, terms, (platform, { account, body: { articles } }) =>
    Effect.gen(function* () {
      if (articles.length < 1 || articles.length > 8) return yield* no(45008)
      const { media_id } = yield* keepNews(platform, account.appid, articles, 1)
      return { media_id }
    })
  ),
  upload("/cgi-bin/material/add_material", terms, (platform, { account, query, request }) =>
    Effect.gen(function* () {
      const type = query("type")
      if (!isMediaType(type)) return yield* no(40004)
      const { bytes, contentType, fields, name } = yield* uploaded(type, request)
      const facts = fields.description ?? "{}"
      yield* Effect.mapError(Schema.decodeUnknownEffect(Description)(facts), () => no(47001))
      const row = yield* keep(platform, {
        ...{ appid: account.appid, type, permanent: 1, name, content_type: contentType },
        ...{ bytes, facts }
      })
      const { media_id } = row
      return { media_id, ...(type === "image" && { url: addressOf(row, request) }) }
    })
  ),
  post("/cgi-bin/material/get_material", Id, terms, (platform, { account, body, request }) =>
    Effect.gen(function* () {
      const row = yield* found(platform, account.appid, body.media_id)
      if (row.permanent !== 1) return yield* no(40007)
      if (row.type === "news") return { news_item: JSON.parse(row.facts) }
      if (row.type !== "video") return new Download(bytesOf(row))
      const { introduction = "", title = "" } = Schema.decodeSync(Description)(row.facts)
      return { title, description: introduction, down_url: addressOf(row, request) }
    })
  ),
  post("/cgi-bin/material/del_material", Id, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const row = yield* found(platform, account.appid, body.media_id)
      if (row.permanent !== 1) return yield* no(40007)
      yield* platform.database.write(`media:${row.appid}`, (sql) => deleteMedia(sql, row))
      return ok()
    })
  ),
  get("/cgi-bin/material/get_materialcount", terms, ({ database }, { account }) =>
    Effect.map(
      database.read((sql) => materialsOf(sql, account.appid)),
      (rows) => {
        const count = (type: string) => rows.filter((row) => row.type === type).length
        return {
          voice_count: count("voice"),
          video_count: count("video"),
          image_count: count("image"),
          news_count: count("news")
        }
      }
    )
  ),
  post(
    "/cgi-bin/material/batchget_material",
    Schema.Struct({ type: Schema.String, offset: Schema.Int, count: Schema.Int }),
    terms,
    ({ database }, { account, body: { count, offset, type }, request }) =>
      Effect.gen(function* () {
        if (!["image", "voice", "video", "news"].includes(type)) return yield* no(40004)
        if (offset < 0 || count < 1 || count > 20) return yield* no(40097)
        const rows = yield* database.read((sql) => materialsOf(sql, account.appid))
        const all = rows.filter((row) => row.type === type)
        const item = all.slice(offset, offset + count).map((row) => ({
          media_id: row.media_id,
          update_time: Math.floor(row.created_at / 1000),
          ...(type === "news"
            ? { content: { news_item: JSON.parse(row.facts) } }
            : { name: row.name, url: type === "image" ? addressOf(row, request) : "" })
        }))
        return { item, total_count: all.length, item_count: item.length }
      })
  ),
  ...(["/mmbiz_jpg/:mediaId/0", "/mmbiz_mp4/:mediaId/0"] as const).map((path) =>
    openGet(path, {}, ({ database }, { request }) =>
      Effect.map(
        database.read((sql) => mediaBy(sql, request.params.mediaId ?? "")),
        (row) => new Download(row === undefined ? { status: 404 } : bytesOf(row))
      )
    )
  )
]
