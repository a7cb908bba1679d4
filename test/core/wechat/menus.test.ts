import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  addMenuFor,
  type Menu,
  menusOf,
  removeMenuFor,
  removeMenus,
  setMenu
} from "../../../core/wechat/menus.ts"
import { account } from "./account.ts"
import { answering, asked, asking, one } from "./platform.ts"

const done = { json: { errcode: 0, errmsg: "ok" } }
const item = { name: "今日", type: "click", key: "TODAY" } as const
const menu: Menu = [
  item,
  {
    name: "更多",
    sub_button: [
      { name: "商店", type: "view", url: "https://shop.example" },
      { name: "扫码", type: "scancode_waitmsg", key: "SCAN" },
      {
        name: "程序",
        type: "miniprogram",
        appid: "wxMP",
        pagepath: "p",
        url: "https://shop.example"
      }
    ]
  }
]

describe("a menu", () => {
  it.effect("is set, read and taken away", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) => (path === "/cgi-bin/menu/get" ? { json: { menu: { button: [] } } } : done),
        Effect.gen(function* () {
          yield* setMenu(one, menu)
          const found = yield* menusOf(one)
          yield* removeMenus(one)
          return found
        })
      )
      assert.deepStrictEqual(value, { menu: { button: [] } })
      assert.deepStrictEqual(requests.map(asked), [
        { method: "POST", path: "/cgi-bin/menu/create", body: { button: menu } },
        { method: "GET", path: "/cgi-bin/menu/get" },
        { method: "GET", path: "/cgi-bin/menu/delete" }
      ])
    })
  )

  it.effect("for some has a rule and a number", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) => (path.endsWith("/addconditional") ? { json: { menuid: "208379533" } } : done),
        Effect.tap(addMenuFor(one, { tag_id: "2" }, menu), (id) => removeMenuFor(one, id))
      )
      assert.strictEqual(value, "208379533")
      assert.deepStrictEqual(
        requests.map(({ json }) => json),
        [{ button: menu, matchrule: { tag_id: "2" } }, { menuid: "208379533" }]
      )
    })
  )

  it.effect.each([
    [[]],
    [[item, item, item, item]],
    [[{ name: "空", sub_button: [] }]],
    [[{ name: "多", sub_button: [item, item, item, item, item, item] }]]
  ] as ReadonlyArray<readonly [Menu]>)(
    "of a size that phones cannot show is refused here (%#)",
    ([menu]) =>
      Effect.gen(function* () {
        const { requests, result } = yield* asking(done, setMenu(one, menu))
        assert.deepInclude(result._tag === "Failure" && result.failure, { code: 40016, class: "C" })
        assert.strictEqual(requests.length, 0)
      })
  )

  it.effect("is for accounts that may have one", () =>
    Effect.gen(function* () {
      const small = account({ kind: "subscription", certified: false })
      const { result } = yield* asking(done, setMenu(small, menu))
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 48001 })
    })
  )
})
