import { Schema } from "effect"
import type { Sql } from "#core"
import { type Errcode, no } from "./errcodes.ts"
import { type MenuRow, platform } from "./store.ts"
import type { Fields } from "./xml.ts"

const text = Schema.optionalKey(Schema.String)

/** One button: what it does is said by its type, and a button with others under it does nothing. */
export interface Button {
  readonly name: string
  readonly type?: string
  readonly key?: string
  readonly url?: string
  readonly appid?: string
  readonly pagepath?: string
  readonly media_id?: string
  readonly article_id?: string
  readonly sub_button?: ReadonlyArray<Button>
}

export const Button: Schema.Codec<Button, unknown> = Schema.Struct({
  name: Schema.String,
  type: text,
  key: text,
  url: text,
  appid: text,
  pagepath: text,
  media_id: text,
  article_id: text,
  sub_button: Schema.optionalKey(
    Schema.Array(Schema.suspend((): Schema.Codec<Button, unknown> => Button))
  )
})

/** What a tap tells the account. */
const eventOf: Readonly<Record<string, string>> = {
  click: "CLICK",
  view: "VIEW",
  miniprogram: "view_miniprogram",
  scancode_push: "scancode_push",
  scancode_waitmsg: "scancode_waitmsg",
  pic_sysphoto: "pic_sysphoto",
  pic_photo_or_album: "pic_photo_or_album",
  pic_weixin: "pic_weixin",
  location_select: "location_select"
}

const silent = new Set(["media_id", "view_limited", "article_id", "article_view_limited"])

const bytes = (text: string) => Buffer.byteLength(text)

/** What is wrong with a menu, as WeChat's first complaint. */
export const faultIn = (buttons: ReadonlyArray<Button>): Errcode | undefined => {
  if (buttons.length < 1 || buttons.length > 3) return no(40016)
  for (const button of buttons) {
    if (button.name === "" || bytes(button.name) > 16 * 3) return no(40018)
    const under = button.sub_button ?? []
    if (under.length > 5) return no(40023)
    const wrong =
      under.length === 0
        ? wrongButton(button)
        : under.map((each) => wrongName(each) ?? wrongButton(each)).find((it) => it !== undefined)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

const wrongName = ({ name }: Button) =>
  name === "" || bytes(name) > 60 * 3 ? no(40018) : undefined

const wrongButton = ({ appid, key = "", type = "", url = "", ...rest }: Button) => {
  if (eventOf[type] === undefined && !silent.has(type)) return no(40017)
  if (silent.has(type)) {
    return rest.media_id === undefined && rest.article_id === undefined ? no(40007) : undefined
  }
  if (type === "view" || type === "miniprogram") {
    if (url === "" || bytes(url) > 1024) return no(40020)
    return type === "miniprogram" && (!appid || !rest.pagepath) ? no(40013) : undefined
  }
  return key === "" || bytes(key) > 128 ? no(40019) : undefined
}

export const menusOf = (sql: Sql, appid: string) =>
  platform(sql)
    .selectFrom("sandbox_menus")
    .selectAll()
    .where("appid", "=", appid)
    .orderBy("id")
    .execute()

const Rule = Schema.Struct({
  tag_id: Schema.optionalKey(Schema.Union([Schema.String, Schema.Int])),
  group_id: Schema.optionalKey(Schema.Union([Schema.String, Schema.Int]))
})

/** For whom a conditional menu is: people have tags here, and no sex, place or language. */
export const MatchRule = Rule

/** The newest menu that was made for somebody with these tags, or else the one that is everybody's. */
export const menuFor = (menus: ReadonlyArray<MenuRow>, tags: ReadonlyArray<number>) => {
  const matching = menus.findLast(({ rule }) => {
    if (rule === null) return false
    const { group_id, tag_id = group_id } = Schema.decodeUnknownSync(Rule)(JSON.parse(rule))
    return tag_id !== undefined && tags.includes(Number(tag_id))
  })
  return matching ?? menus.find(({ rule }) => rule === null)
}

export const buttonsOf = ({ buttons }: MenuRow): ReadonlyArray<Button> => JSON.parse(buttons)

/** The button of that name, key or address. */
export const buttonIn = (menu: MenuRow, what: string) =>
  buttonsOf(menu)
    .flatMap((button) => [button, ...(button.sub_button ?? [])])
    .find(({ key, name, url }) => [key, name, url].includes(what))

/** What was scanned, photographed or pointed at after the tap. */
export interface Tapped {
  readonly result?: string | undefined
}

export const tapFields = (button: Button, menuId: string, { result = "1" }: Tapped): Fields => {
  const { key = "", pagepath = "", type = "", url = "" } = button
  const event = { MsgType: "event", Event: eventOf[type] ?? "" }
  switch (type) {
    case "view":
      return { ...event, EventKey: url, MenuId: menuId }
    case "miniprogram":
      return { ...event, EventKey: pagepath, MenuId: menuId }
    case "scancode_push":
    case "scancode_waitmsg":
      return {
        ...event,
        EventKey: key,
        ScanCodeInfo: { ScanType: "qrcode", ScanResult: result }
      }
    case "location_select":
      return {
        ...event,
        EventKey: key,
        SendLocationInfo: {
          Location_X: "23.1291",
          Location_Y: "113.2644",
          Scale: "16",
          Label: result,
          Poiname: ""
        }
      }
    case "click":
      return { ...event, EventKey: key }
    default:
      return {
        ...event,
        EventKey: key,
        SendPicsInfo: { Count: 1, PicList: { item: { PicMd5Sum: md5OfNothing } } }
      }
  }
}

const md5OfNothing = "d41d8cd98f00b204e9800998ecf8427e"

/** Only these taps let the account write. */
export const opensWindow = ({ type = "" }: Button) =>
  type === "click" || type === "scancode_push" || type === "scancode_waitmsg"

export const tells = ({ type = "" }: Button) => eventOf[type] !== undefined
