import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

describe("followers", () => {
  it.effect("are told of without name, picture or place; of others next to nothing is", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { openid, silentOpenid } = wechat.credentials
      const { users } = yield* wechat.control("GET", "/users")
      const info = yield* wechat.get("/cgi-bin/user/info", { openid, lang: "zh_CN" })
      assert.deepStrictEqual(info, {
        ...{ subscribe: 1, openid, nickname: "", sex: 0, language: "zh_CN", city: "" },
        ...{ province: "", country: "", headimgurl: "", unionid: users[0].unionid },
        ...{ subscribe_time: 1795492800, remark: "", groupid: 0, tagid_list: [] },
        ...{ subscribe_scene: "ADD_SCENE_SEARCH", qr_scene: 0, qr_scene_str: "" }
      })
      assert.deepStrictEqual(yield* wechat.get("/cgi-bin/user/info", { openid: silentOpenid }), {
        ...{ subscribe: 0, openid: silentOpenid, tagid_list: [] }
      })
      assert.strictEqual(
        code(yield* wechat.get("/cgi-bin/user/info", { openid: "oNobody" })),
        40003
      )
    })
  )

  it.effect("are told of a hundred at a time", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { openid, silentOpenid } = wechat.credentials
      const ask = (openids: ReadonlyArray<string>) =>
        wechat.post("/cgi-bin/user/info/batchget", {
          user_list: openids.map((openid) => ({ openid, lang: "zh_CN" }))
        })
      const { user_info_list } = yield* ask([openid, silentOpenid])
      assert.deepStrictEqual(
        user_info_list.map(({ subscribe }: { subscribe: number }) => subscribe),
        [1, 0]
      )
      assert.strictEqual(code(yield* ask([])), 40032)
      assert.strictEqual(code(yield* ask(Array.from({ length: 101 }, () => openid))), 40032)
    })
  )

  it.effect("are listed ten thousand at a time, until none are left", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      yield* wechat.control("POST", "/users", { count: 10_000, follows: true })
      const first = yield* wechat.get("/cgi-bin/user/get")
      assert.deepStrictEqual([first.total, first.count], [10_002, 10_000])
      assert.strictEqual(first.next_openid, first.data.openid.at(-1))
      const second = yield* wechat.get("/cgi-bin/user/get", { next_openid: first.next_openid })
      assert.strictEqual(second.count, 2)
      assert.strictEqual(new Set([...first.data.openid, ...second.data.openid]).size, 10_002)
      const last = yield* wechat.get("/cgi-bin/user/get", { next_openid: second.next_openid })
      assert.deepStrictEqual(last, { total: 10_002, count: 0, next_openid: "" })
    })
  )

  it.effect("have a remark", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { openid, silentOpenid } = wechat.credentials
      const ask = (openid: string, remark: string) =>
        Effect.map(wechat.post("/cgi-bin/user/info/updateremark", { openid, remark }), code)
      assert.strictEqual(yield* ask(openid, "老顾客"), 0)
      assert.strictEqual((yield* wechat.get("/cgi-bin/user/info", { openid })).remark, "老顾客")
      assert.strictEqual(yield* ask(openid, "长".repeat(31)), 40035)
      assert.strictEqual(yield* ask(silentOpenid, "谁"), 43004)
    })
  )
})

describe("openids", () => {
  it.effect("of an account that was moved are told as they are now", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { miniAppid, openid } = wechat.credentials
      const { users } = yield* wechat.control("GET", "/users")
      const old = users[0].openids[miniAppid]
      assert.deepStrictEqual(
        yield* wechat.post("/cgi-bin/changeopenid", {
          ...{ from_appid: miniAppid, openid_list: [old, "oNobody"] }
        }),
        {
          errcode: 0,
          errmsg: "ok",
          result_list: [
            { ori_openid: old, new_openid: openid, err_msg: "ok" },
            { ori_openid: "oNobody", err_msg: "ori_openid error" }
          ]
        }
      )
    })
  )
})

describe("an account without the right", () => {
  it.effect("hears 48001: what it may do depends on its kind and certification", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      yield* wechat.portal({ certified: false })
      assert.strictEqual(code(yield* wechat.get("/cgi-bin/user/get")), 48001)
      yield* wechat.portal({ kind: "subscription", certified: true })
      assert.strictEqual(code(yield* wechat.get("/cgi-bin/user/get")), 0)
    })
  )
})
