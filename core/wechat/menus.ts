import { Effect, Option, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import type { Call } from "./call.ts"
import { WechatRefused } from "./errors.ts"
import { done, Id, readsAs } from "./wire.ts"

/** What a tap does. All but pages and mini programs come back to us as an event with the key. */
type Tap =
  | { readonly type: "view"; readonly url: string }
  | {
      readonly type: "miniprogram"
      readonly appid: string
      readonly pagepath: string
      /** For phones too old for mini programs. */
      readonly url: string
    }
  | {
      readonly type:
        | "click"
        | "scancode_push"
        | "scancode_waitmsg"
        | "pic_sysphoto"
        | "pic_photo_or_album"
        | "pic_weixin"
        | "location_select"
      readonly key: string
    }
  | { readonly type: "media_id" | "view_limited"; readonly media_id: string }
  | { readonly type: "article_id" | "article_view_limited"; readonly article_id: string }

export type MenuItem = Tap & { readonly name: string }

/** Up to three, each one item or a list of up to five. */
export type Menu = ReadonlyArray<
  MenuItem | { readonly name: string; readonly sub_button: ReadonlyArray<MenuItem> }
>

/** Who sees a menu in the place of the one for all; WeChat takes the first of whose conditions all hold. */
export interface MenuRule {
  readonly tag_id?: string
  /** 1 iOS, 2 Android, 3 others. */
  readonly client_platform_type?: "1" | "2" | "3"
}

const ask = <A>(account: Account, call: Omit<Call<A>, "ability">) =>
  WechatApi.use((api) => api.ask(account, { ...call, ability: "menu" }))

/** Refuses as WeChat would what is too much for its menu. */
const checked = (menu: Menu) => {
  const lists = menu.flatMap((entry) => ("sub_button" in entry ? [entry.sub_button] : []))
  const says =
    menu.length < 1 || menu.length > 3
      ? "a menu has one to three buttons"
      : lists.some(({ length }) => length < 1 || length > 5)
        ? "a button's list has one to five items"
        : undefined
  return says === undefined
    ? Effect.succeed(menu)
    : Effect.fail(new WechatRefused({ code: 40016, class: "C", message: says }))
}

/** Sets the menu that all see. Phones show it within a day. */
export const setMenu = (account: Account, menu: Menu) =>
  Effect.flatMap(checked(menu), (button) =>
    ask(account, {
      method: "POST",
      path: "/cgi-bin/menu/create",
      body: { button },
      repeatable: true,
      read: done
    })
  )

/** Takes all menus away, those with conditions too. */
export const removeMenus = (account: Account) =>
  ask(account, { method: "GET", path: "/cgi-bin/menu/delete", repeatable: true, read: done })

/** The menus as WeChat has them, in its own form. */
export const menusOf = (account: Account) =>
  ask(account, {
    method: "GET",
    path: "/cgi-bin/menu/get",
    repeatable: true,
    read: ({ json }) => Option.liftPredicate((json: unknown) => json !== undefined)(json)
  })

/** Adds a menu for some, and tells its number. */
export const addMenuFor = (account: Account, rule: MenuRule, menu: Menu) =>
  Effect.flatMap(checked(menu), (button) =>
    ask(account, {
      method: "POST",
      path: "/cgi-bin/menu/addconditional",
      body: { button, matchrule: rule },
      repeatable: false,
      read: readsAs(Schema.Struct({ menuid: Id }), ({ menuid }) => menuid)
    })
  )

export const removeMenuFor = (account: Account, menuId: string) =>
  ask(account, {
    method: "POST",
    path: "/cgi-bin/menu/delconditional",
    body: { menuid: menuId },
    repeatable: true,
    read: done
  })
