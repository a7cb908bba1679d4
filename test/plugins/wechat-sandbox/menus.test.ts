import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const menu = [
  { type: "click", name: "今日", key: "TODAY" },
  {
    name: "更多",
    sub_button: [
      { type: "view", name: "商城", url: "https://shop.example/" },
      { type: "scancode_waitmsg", name: "扫码", key: "SCAN" },
      {
        ...{ type: "miniprogram", name: "小程序", url: "https://shop.example/" },
        ...{ appid: "wxMP", pagepath: "pages/o" }
      },
      { type: "pic_weixin", name: "拍照", key: "PIC" },
      { type: "location_select", name: "位置", key: "WHERE" }
    ]
  }
]

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { callbackToken: token, openid } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  const { arrivals } = wechat.network
  return {
    ...wechat,
    openid,
    tap: (button: string, more: object = {}) =>
      wechat.say("POST", `/control/users/${openid}/tap`, { button, ...more }),
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "", text: "" }).text
    })
  }
})

describe("a menu", () => {
  it.effect("is told as it was made, until it is deleted", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.get("/cgi-bin/menu/get")), 46003)
      assert.deepStrictEqual(yield* wechat.post("/cgi-bin/menu/create", { button: menu }), {
        errcode: 0,
        errmsg: "ok"
      })
      const told = (yield* wechat.get("/cgi-bin/menu/get")).menu
      assert.deepStrictEqual(told.button[0], { ...menu[0], sub_button: [] })
      assert.deepStrictEqual(told.button[1].sub_button, menu[1]?.sub_button)
      yield* wechat.get("/cgi-bin/menu/delete")
      assert.strictEqual(code(yield* wechat.get("/cgi-bin/menu/get")), 46003)
    })
  )

  it.effect("tells the account which button was tapped, in the button's own way", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.post("/cgi-bin/menu/create", { button: menu })
      const expected: ReadonlyArray<readonly [string, string]> = [
        ["今日", "<Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[TODAY]]></EventKey>"],
        ["商城", "<Event><![CDATA[VIEW]]></Event><EventKey><![CDATA[https://shop.example/]]>"],
        ["扫码", "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[B7]]>"],
        ["小程序", "<Event><![CDATA[view_miniprogram]]></Event><EventKey><![CDATA[pages/o]]>"],
        ["拍照", "<SendPicsInfo><Count>1</Count><PicList><item>"],
        ["位置", "<SendLocationInfo><Location_X>"]
      ]
      for (const [place, [button, part]] of expected.entries()) {
        assert.strictEqual((yield* wechat.tap(button, { result: "B7" })).status, 200)
        assert.include(yield* wechat.heard(place + 1), part)
      }
      assert.strictEqual((yield* wechat.tap("没有")).status, 404)
    })
  )

  const wrong: ReadonlyArray<readonly [number, ReadonlyArray<object>]> = [
    [40016, []],
    [40016, [menu[0], menu[0], menu[0], menu[0]].map((each) => ({ ...each }))],
    [40017, [{ type: "jump", name: "a", key: "A" }]],
    [40018, [{ type: "click", name: "", key: "A" }]],
    [40019, [{ type: "click", name: "a" }]],
    [40020, [{ type: "view", name: "a" }]],
    [40023, [{ name: "a", sub_button: Array.from({ length: 6 }, () => ({ ...menu[0] })) }]]
  ]
  it.effect.each(wrong)("is refused with %i", ([errcode, button]) =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.post("/cgi-bin/menu/create", { button })), errcode)
    })
  )
})
