import type { MessageRow } from "../platform/store.ts"

/** A message as its reader sees it, whoever wrote it in whichever form. */
export type Spoken =
  | { readonly as: "text"; readonly text: string }
  | { readonly as: "picture" | "voice" | "film"; readonly media: string; readonly title: string }
  | {
      readonly as: "place"
      readonly label: string
      readonly latitude: string
      readonly longitude: string
    }
  | { readonly as: "cards"; readonly cards: ReadonlyArray<Card> }
  | {
      readonly as: "choices"
      readonly head: string
      readonly tail: string
      readonly choices: ReadonlyArray<{ readonly id: string; readonly content: string }>
    }
  | { readonly as: "nothing" }

interface Card {
  readonly title: string
  readonly description: string
  readonly url: string
}

/** What is somewhere in a thing, by the first of its names that is there: a reply is XML, a customer-service message JSON. */
const at = (thing: unknown, ...names: ReadonlyArray<string>): unknown => {
  if (typeof thing !== "object" || thing === null) return undefined
  const found = Object.entries(thing).find(([name]) => names.includes(name.toLowerCase()))
  return found?.[1]
}

const text = (thing: unknown, ...names: ReadonlyArray<string>): string => {
  const found = at(thing, ...names)
  return typeof found === "string" || typeof found === "number" ? String(found) : ""
}

const list = (thing: unknown): ReadonlyArray<unknown> =>
  Array.isArray(thing) ? thing : thing === undefined ? [] : [thing]

const card = (thing: unknown): Card => ({
  title: text(thing, "title") || text(thing, "appid"),
  description: text(thing, "description", "digest", "pagepath"),
  url: text(thing, "url", "musicurl", "content_source_url")
})

export const spokenIn = ({ body, kind }: MessageRow): Spoken => {
  const said: unknown = JSON.parse(body)
  /** An account's message has what it says under the name of its kind; a person's has it beside. */
  const inner = at(said, kind.toLowerCase()) ?? said
  const media = text(inner, "mediaid", "media_id")
  switch (kind) {
    case "text":
      return { as: "text", text: text(inner, "content") }
    case "image":
      return { as: "picture", media, title: "" }
    case "voice":
      return { as: "voice", media, title: "" }
    case "video":
    case "shortvideo":
    case "mpvideo":
      return { as: "film", media, title: text(inner, "title") }
    case "location":
      return {
        as: "place",
        label: text(inner, "label"),
        latitude: text(inner, "location_x"),
        longitude: text(inner, "location_y")
      }
    case "news": {
      const articles = at(said, "articles") ?? at(inner, "articles")
      return { as: "cards", cards: list(at(articles, "item") ?? articles).map(card) }
    }
    case "msgmenu":
      return {
        as: "choices",
        head: text(inner, "head_content"),
        tail: text(inner, "tail_content"),
        choices: list(at(inner, "list")).map((it) => ({
          id: text(it, "id"),
          content: text(it, "content")
        }))
      }
    case "link":
    case "music":
    case "miniprogrampage":
      return { as: "cards", cards: [card(inner)] }
    case "mpnews":
      return { as: "cards", cards: [{ title: "图文消息 Article", description: media, url: "" }] }
    case "wxcard":
      return {
        as: "cards",
        cards: [{ title: "卡券 Coupon", description: text(inner, "card_id"), url: "" }]
      }
    default:
      return { as: "nothing" }
  }
}

/** In one line, as the list of chats has it. */
export const briefly = (message: MessageRow): string => {
  const spoken = spokenIn(message)
  switch (spoken.as) {
    case "text":
      return spoken.text.replaceAll(/<[^>]*>/g, "")
    case "picture":
      return "[图片]"
    case "voice":
      return "[语音]"
    case "film":
      return "[视频]"
    case "place":
      return `[位置] ${spoken.label}`
    case "cards":
      return `[链接] ${spoken.cards[0]?.title ?? ""}`
    case "choices":
      return spoken.head
    case "nothing":
      return ""
  }
}
