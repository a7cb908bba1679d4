import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { done } from "./wire.ts"

/** What can be said to a person who has just acted. */
export type ServiceContent =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image" | "voice" | "mpnews"; readonly mediaId: string }
  | {
      readonly kind: "video"
      readonly mediaId: string
      readonly thumbId: string
      readonly title: string
      readonly description: string
    }
  | {
      readonly kind: "music"
      readonly url: string
      readonly hqUrl: string
      readonly thumbId: string
      readonly title: string
      readonly description: string
    }
  | {
      /** One card that leads to a page. */
      readonly kind: "news"
      readonly title: string
      readonly description: string
      readonly url: string
      readonly picture: string
    }
  | { readonly kind: "article"; readonly articleId: string }
  | {
      /** Answers to choose from; what is tapped comes back as a text with its id. */
      readonly kind: "choices"
      readonly head: string
      readonly choices: ReadonlyArray<{ readonly id: string; readonly content: string }>
      readonly tail: string
    }
  | { readonly kind: "coupon"; readonly cardId: string }
  | {
      readonly kind: "mini-program"
      readonly title: string
      readonly appid: string
      readonly pagepath: string
      readonly thumbId: string
    }
  /** In a mini program's chat. */
  | {
      readonly kind: "link"
      readonly title: string
      readonly description: string
      readonly url: string
      readonly picture: string
    }

/** As WeChat writes it: the kind, and what stands under its name. */
const written = (content: ServiceContent): readonly [kind: string, inside: object] => {
  switch (content.kind) {
    case "text":
      return ["text", { content: content.text }]
    case "image":
    case "voice":
    case "mpnews":
      return [content.kind, { media_id: content.mediaId }]
    case "video": {
      const { description, mediaId, thumbId, title } = content
      return ["video", { media_id: mediaId, thumb_media_id: thumbId, title, description }]
    }
    case "music": {
      const { description, hqUrl, thumbId, title, url } = content
      const music = { title, description, musicurl: url, hqmusicurl: hqUrl }
      return ["music", { ...music, thumb_media_id: thumbId }]
    }
    case "news": {
      const { description, picture, title, url } = content
      return ["news", { articles: [{ title, description, url, picurl: picture }] }]
    }
    case "article":
      return ["mpnewsarticle", { article_id: content.articleId }]
    case "choices": {
      const { choices, head, tail } = content
      return ["msgmenu", { head_content: head, list: choices, tail_content: tail }]
    }
    case "coupon":
      return ["wxcard", { card_id: content.cardId }]
    case "mini-program": {
      const { appid, pagepath, thumbId, title } = content
      return ["miniprogrampage", { title, appid, pagepath, thumb_media_id: thumbId }]
    }
    case "link": {
      const { description, picture, title, url } = content
      return ["link", { title, description, url, thumb_url: picture }]
    }
  }
}

/**
 * Sends a message of the customer service (客服消息), for a while after the person acted. WeChat knows no de-dup key here, so it is sent
 * once, and nothing ever tells what became of an unknown outcome. `by`: the member of staff it is shown as.
 */
export const sendService = (account: Account, to: string, content: ServiceContent, by?: string) => {
  const [kind, inside] = written(content)
  return WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/message/custom/send",
      body: {
        touser: to,
        msgtype: kind,
        [kind]: inside,
        ...(by !== undefined && { customservice: { kf_account: by } })
      },
      ability: "custom",
      openid: to,
      repeatable: false,
      read: done
    })
  )
}

/** Shows or takes away "typing…" in a person's chat. */
export const showTyping = (account: Account, to: string, isTyping: boolean) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/cgi-bin/message/custom/typing",
      body: { touser: to, command: isTyping ? "Typing" : "CancelTyping" },
      ability: "custom",
      openid: to,
      repeatable: true,
      read: done
    })
  )
