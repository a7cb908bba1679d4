import { Effect, Schema } from "effect"
import { type Errcode, no } from "./errcodes.ts"
import { mediaOf } from "./media-store.ts"
import type { Account } from "./model.ts"
import type { PlatformServices } from "./platform.ts"

const text = Schema.optionalKey(Schema.String)
const Media = Schema.Struct({ media_id: text })

/** Every kind of content that a message to a person or to many may have; which one it is, `msgtype` says. */
const contents = {
  text: Schema.Struct({ content: text }),
  image: Media,
  voice: Media,
  video: Schema.Struct({
    ...{ media_id: text, thumb_media_id: text, title: text, description: text }
  }),
  mpvideo: Media,
  music: Schema.Struct({
    ...{ title: text, description: text, musicurl: text, hqmusicurl: text, thumb_media_id: text }
  }),
  news: Schema.Struct({
    articles: Schema.Array(
      Schema.Struct({ title: text, description: text, url: text, picurl: text })
    )
  }),
  mpnews: Media,
  mpnewsarticle: Schema.Struct({ article_id: text }),
  msgmenu: Schema.Struct({
    head_content: text,
    list: Schema.Array(
      Schema.Struct({ id: Schema.Union([Schema.String, Schema.Int]), content: Schema.String })
    ),
    tail_content: text
  }),
  wxcard: Schema.Struct({ card_id: text }),
  miniprogrampage: Schema.Struct({
    ...{ title: text, appid: text, pagepath: text, thumb_media_id: text }
  })
} as const

type Kind = keyof typeof contents
const isKind = (kind: string): kind is Kind => Object.hasOwn(contents, kind)

/** The fields of a body that carries content. */
export const contentFields = {
  msgtype: text,
  ...Schema.Struct(contents).mapFields((fields) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, Schema.optionalKey(field)])
    )
  ).fields
}

export interface Content {
  readonly kind: Kind
  readonly content: object
}

const longestText = 2048

/** The content that `msgtype` names, if this way of sending may carry it and what it speaks of is there. */
export const contentIn = Effect.fnUntraced(function* (
  { clock, database }: PlatformServices,
  { appid }: Account,
  body: { readonly msgtype?: string; readonly [name: string]: unknown },
  allowed: ReadonlySet<string>
) {
  const kind = body.msgtype ?? ""
  if (!isKind(kind)) return yield* no(40008)
  if (!allowed.has(kind)) return yield* no(48008)
  const content = body[kind]
  if (typeof content !== "object" || content === null) return yield* no(44004)
  const wrong = wrongContent(kind, content)
  if (wrong !== undefined) return yield* wrong
  const mediaId = Reflect.get(content, "media_id") ?? Reflect.get(content, "thumb_media_id")
  if (typeof mediaId === "string" && kind !== "miniprogrampage") {
    const now = yield* clock.now
    const media = yield* database.read((sql) => mediaOf(sql, appid, mediaId, now))
    if (media === undefined) return yield* no(40007)
  } else if (needsMedia.has(kind)) return yield* no(41006)
  return { kind, content } satisfies Content
})

const needsMedia: ReadonlySet<string> = new Set(["image", "voice", "video", "mpvideo", "mpnews"])

const wrongContent = (kind: Kind, content: object): Errcode | undefined => {
  if (kind === "text") {
    const said = String(Reflect.get(content, "content") ?? "")
    if (said === "") return no(44004)
    return Buffer.byteLength(said) > longestText ? no(45002) : undefined
  }
  if (kind !== "news") return undefined
  const articles: unknown = Reflect.get(content, "articles")
  const count = Array.isArray(articles) ? articles.length : 0
  return count === 0 ? no(44003) : count > 1 ? no(45008) : undefined
}
