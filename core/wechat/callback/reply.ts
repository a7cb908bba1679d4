import { cut } from "../../legacy/codec/charset.ts"
import type { Fields } from "./fields.ts"

/** One entry of a `news` reply. */
export interface Article {
  readonly title: string
  readonly description?: string
  readonly pictureUrl?: string
  readonly url: string
}

/** What can be said at once to somebody who wrote, tapped, scanned or followed. Media are named by their ids at WeChat. */
export type PassiveReply =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image" | "voice"; readonly mediaId: string }
  | {
      readonly type: "video"
      readonly mediaId: string
      readonly title?: string
      readonly description?: string
    }
  | {
      readonly type: "music"
      readonly thumbMediaId: string
      readonly url?: string
      readonly hqUrl?: string
      readonly title?: string
      readonly description?: string
    }
  | { readonly type: "news"; readonly articles: readonly [Article, ...ReadonlyArray<Article>] }
  /** Leaves the person to the account's own staff (客服). `staff`: one of them, e.g. `anna@shop`. */
  | { readonly type: "transfer"; readonly staff?: string }

/** Longer texts are cut: WeChat shows nothing at all of them. */
const longestText = 2_048

/** News beyond the first are for taps, scans and follows; to a message, WeChat takes one. */
const mostArticles = 8

/** The way of an answer: the push's own names, turned round. */
export interface Way {
  readonly to: string
  readonly from: string
  /** UTC milliseconds; WeChat wants seconds. */
  readonly at: number
  /** Whether it answers a message, and no event. */
  readonly toMessage: boolean
}

/** A reply by WeChat's names, in the order of its examples. */
export const replyFields = (reply: PassiveReply, { at, from, to, toMessage }: Way): Fields => ({
  ToUserName: to,
  FromUserName: from,
  CreateTime: String(Math.floor(at / 1000)),
  ...contentOf(reply, toMessage)
})

const contentOf = (reply: PassiveReply, toMessage: boolean): Fields => {
  switch (reply.type) {
    case "text":
      return { MsgType: "text", Content: cut(reply.text.toWellFormed(), longestText, "utf-8") }
    case "image":
      return { MsgType: "image", Image: { MediaId: reply.mediaId } }
    case "voice":
      return { MsgType: "voice", Voice: { MediaId: reply.mediaId } }
    case "video":
      return {
        MsgType: "video",
        Video: { MediaId: reply.mediaId, ...titleOf(reply) }
      }
    case "music":
      return {
        MsgType: "music",
        Music: {
          ...titleOf(reply),
          ...(reply.url !== undefined && { MusicUrl: reply.url }),
          ...(reply.hqUrl !== undefined && { HQMusicUrl: reply.hqUrl }),
          ThumbMediaId: reply.thumbMediaId
        }
      }
    case "news": {
      const articles = reply.articles.slice(0, toMessage ? 1 : mostArticles)
      const item = articles.map((article) => ({
        ...titleOf(article),
        ...(article.pictureUrl !== undefined && { PicUrl: article.pictureUrl }),
        Url: article.url
      }))
      return { MsgType: "news", ArticleCount: String(item.length), Articles: { item } }
    }
    case "transfer":
      return {
        MsgType: "transfer_customer_service",
        ...(reply.staff !== undefined && { TransInfo: { KfAccount: reply.staff } })
      }
  }
}

const titleOf = ({ description, title }: { title?: string; description?: string }) => ({
  ...(title !== undefined && { Title: title }),
  ...(description !== undefined && { Description: description })
})

const types = /^(text|image|voice|video|music|news|transfer_customer_service)$/

/** Whether WeChat would take this for an answer to that push. */
export const isReply = (fields: Fields, { from, to }: Pick<Way, "from" | "to">): boolean =>
  fields.ToUserName === to &&
  fields.FromUserName === from &&
  /^\d{10}$/.test(String(fields.CreateTime)) &&
  types.test(String(fields.MsgType))
