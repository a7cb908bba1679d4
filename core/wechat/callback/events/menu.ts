import { Schema } from "effect"
import { answerable, ofPerson, received, textOf } from "../received.ts"

/** Somebody tapped an item of the account's menu; `key` is the item's. */
export const MenuTapped = answerable(
  Schema.Struct({ ...ofPerson("menu-tapped"), key: Schema.String }),
  ({ EventKey }) => ({ key: EventKey })
)

/** Somebody opened a page, or a mini program, from the menu. It cannot be answered. */
export const MenuLinkOpened = received(
  Schema.Struct({
    ...ofPerson("menu-link-opened"),
    url: Schema.String,
    menuId: Schema.optionalKey(Schema.String),
    miniProgram: Schema.Boolean
  }),
  ({ Event, EventKey, MenuId }) => ({
    url: EventKey,
    menuId: textOf(MenuId),
    miniProgram: String(String(Event).toLowerCase() === "view_miniprogram")
  })
)
