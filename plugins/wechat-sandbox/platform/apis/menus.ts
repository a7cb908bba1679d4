import { Effect, Schema } from "effect"
import { randomDigits } from "../../random.ts"
import { type Api, get, ok, post } from "../api.ts"
import { no } from "../errcodes.ts"
import { Button, buttonsOf, faultIn, MatchRule, menuFor, menusOf } from "../menus.ts"
import { deleteMenus, saveMenu } from "../portal-store.ts"
import type { MenuRow } from "../store.ts"

const terms = { ability: "menu" } as const
const Menu = Schema.Struct({ button: Schema.Array(Button) })
const Conditional = Schema.Struct({ button: Schema.Array(Button), matchrule: MatchRule })

/** Buttons as they are told: those without others under them have an empty list of them. */
const told = (row: MenuRow) => ({
  button: buttonsOf(row).map((button) => ({ ...button, sub_button: button.sub_button ?? [] })),
  menuid: Number(row.id)
})

export const menuApis: ReadonlyArray<Api> = [
  post("/cgi-bin/menu/create", Menu, terms, ({ database }, { account, body }) =>
    Effect.gen(function* () {
      const fault = faultIn(body.button)
      if (fault !== undefined) return yield* fault
      const id = `4${yield* randomDigits(8)}`
      const menu = { appid: account.appid, id, rule: null, buttons: JSON.stringify(body.button) }
      yield* database.write(`menu:${account.appid}`, (sql) => saveMenu(sql, menu))
      return ok()
    })
  ),
  get("/cgi-bin/menu/get", terms, ({ database }, { account }) =>
    Effect.gen(function* () {
      const menus = yield* database.read((sql) => menusOf(sql, account.appid))
      const main = menus.find(({ rule }) => rule === null)
      if (main === undefined) return yield* no(46003)
      const others = menus.filter(({ rule }) => rule !== null)
      return {
        menu: told(main),
        ...(others.length > 0 && {
          conditionalmenu: others.map((each) => ({
            ...told(each),
            matchrule: JSON.parse(each.rule ?? "{}")
          }))
        })
      }
    })
  ),
  get("/cgi-bin/menu/delete", terms, ({ database }, { account }) =>
    Effect.as(
      database.write(`menu:${account.appid}`, (sql) => deleteMenus(sql, account.appid)),
      ok()
    )
  ),
  post("/cgi-bin/menu/addconditional", Conditional, terms, ({ database }, { account, body }) =>
    Effect.gen(function* () {
      const fault = faultIn(body.button)
      if (fault !== undefined) return yield* fault
      const menus = yield* database.read((sql) => menusOf(sql, account.appid))
      if (menus.length === 0) return yield* no(65303)
      const menu = {
        appid: account.appid,
        id: `4${yield* randomDigits(8)}`,
        rule: JSON.stringify(body.matchrule),
        buttons: JSON.stringify(body.button)
      }
      yield* database.write(`menu:${account.appid}`, (sql) => saveMenu(sql, menu))
      return { menuid: menu.id }
    })
  ),
  post(
    "/cgi-bin/menu/delconditional",
    Schema.Struct({ menuid: Schema.Union([Schema.String, Schema.Int]) }),
    terms,
    ({ database }, { account, body }) =>
      Effect.gen(function* () {
        const gone = yield* database.write(`menu:${account.appid}`, (sql) =>
          deleteMenus(sql, account.appid, String(body.menuid))
        )
        return gone ? ok() : yield* no(65301)
      })
  ),
  post(
    "/cgi-bin/menu/trymatch",
    Schema.Struct({ user_id: Schema.String }),
    terms,
    ({ database, users }, { account, body }) =>
      Effect.gen(function* () {
        const contact = yield* users.find(account, body.user_id)
        const menus = yield* database.read((sql) => menusOf(sql, account.appid))
        const menu = menuFor(menus, JSON.parse(contact.tags))
        return menu === undefined ? yield* no(46003) : { button: told(menu).button }
      })
  )
]
