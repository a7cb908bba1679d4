import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  eachFollowerPage,
  followersAfter,
  movedOpenids,
  peopleAt,
  personAt,
  setRemark
} from "../../../core/wechat/users.ts"
import { account } from "./account.ts"
import { answering, asked, asking, one } from "./platform.ts"

const openids = (count: number) => Array.from({ length: count }, (_, at) => `o${at}`)
const done = { json: { errcode: 0, errmsg: "ok" } }

describe("people", () => {
  const told = {
    subscribe: 1,
    openid: "oTEST1",
    nickname: "",
    subscribe_time: 1_382_694_957,
    unionid: "uTEST1",
    remark: "",
    groupid: 0,
    tagid_list: [128, 2],
    subscribe_scene: "ADD_SCENE_QR_CODE",
    qr_scene: 98765,
    qr_scene_str: ""
  }
  const person = {
    openid: "oTEST1",
    follows: true,
    followedAt: 1_382_694_957_000,
    unionid: "uTEST1",
    remark: undefined,
    tags: [128, 2],
    via: "ADD_SCENE_QR_CODE",
    scene: "98765"
  }

  it.effect("one of them, as WeChat tells about them", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering({ json: told }, personAt(one, "oTEST1"))
      assert.deepStrictEqual(requests.map(asked), [
        { method: "GET", path: "/cgi-bin/user/info", query: { openid: "oTEST1", lang: "zh_CN" } }
      ])
      assert.deepStrictEqual(value, person)
    })
  )

  it.effect("one who does not follow, of whom nothing is told", () =>
    Effect.gen(function* () {
      const { value } = yield* answering(
        { json: { subscribe: 0, openid: "oTEST1", tagid_list: [] } },
        personAt(one, "oTEST1")
      )
      assert.deepStrictEqual(value, {
        ...person,
        follows: false,
        followedAt: undefined,
        unionid: undefined,
        tags: [],
        via: undefined,
        scene: undefined
      })
    })
  )

  it.effect("many of them, a hundred at a time, in their order", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ json }) => ({
          json: {
            user_info_list: json.user_list.map(({ openid }: { openid: string }) => ({
              subscribe: 0,
              openid
            }))
          }
        }),
        peopleAt(one, openids(250))
      )
      assert.deepStrictEqual(
        requests.map(({ json }) => json.user_list.length),
        [100, 100, 50]
      )
      assert.deepStrictEqual(
        value.map(({ openid }) => openid),
        openids(250)
      )
    })
  )

  it.effect("all who follow, page after page, until there are no more", () =>
    Effect.gen(function* () {
      const seen: Array<string> = []
      const { requests } = yield* answering(
        ({ query }) => {
          if (query.next_openid === undefined)
            return {
              json: { total: 3, count: 2, data: { openid: ["o1", "o2"] }, next_openid: "o2" }
            }
          return query.next_openid === "o2"
            ? { json: { total: 3, count: 1, data: { openid: ["o3"] }, next_openid: "o3" } }
            : { json: { total: 3, count: 0, next_openid: "" } }
        },
        eachFollowerPage(one, (page) => Effect.sync(() => seen.push(...page)))
      )
      assert.deepStrictEqual(seen, ["o1", "o2", "o3"])
      assert.strictEqual(requests.length, 3)
    })
  )

  it.effect("a list that leads back to itself ends", () =>
    Effect.gen(function* () {
      const json = { total: 1, count: 1, data: { openid: ["o1"] }, next_openid: "o1" }
      const { requests } = yield* answering(
        { json },
        eachFollowerPage(one, () => Effect.void)
      )
      assert.strictEqual(requests.length, 2)
    })
  )

  it.effect("ten thousand of them fit into a page", () =>
    Effect.gen(function* () {
      const openid = Array.from({ length: 10_000 }, (_, at) => `o${String(at).padStart(27, "0")}`)
      const { value } = yield* answering(
        { json: { total: 20_000, count: 10_000, data: { openid }, next_openid: openid.at(-1) } },
        followersAfter(one)
      )
      assert.deepStrictEqual([value.openids.length, value.next], [10_000, openid.at(-1)])
    })
  )

  it.effect(
    "are not asked about who are no part of the pilot, nor by an account that may not",
    () =>
      Effect.gen(function* () {
        for (const small of [
          account({ pilot: { users: ["oCHOSEN"] } }),
          account({ certified: false })
        ]) {
          const { requests, result } = yield* asking({ json: told }, personAt(small, "oTEST1"))
          assert.deepInclude(result._tag === "Failure" && result.failure, { code: 48001 })
          assert.strictEqual(requests.length, 0)
        }
      })
  )

  it.effect("of an account that moved keep who they are, as far as WeChat can tell", () =>
    Effect.gen(function* () {
      const result_list = [
        { ori_openid: "o1", err_msg: "ok", new_openid: "n1" },
        { ori_openid: "o2", err_msg: "ori_openid error" }
      ]
      const { requests, value } = yield* answering(
        { json: { errcode: 0, result_list } },
        movedOpenids(one, "wxOLD", ["o1", "o2"])
      )
      assert.deepStrictEqual(asked(requests[0] as (typeof requests)[0]).body, {
        from_appid: "wxOLD",
        openid_list: ["o1", "o2"]
      })
      assert.deepStrictEqual([...value], [["o1", "n1"]])
    })
  )

  it.effect("may be remarked upon", () =>
    Effect.gen(function* () {
      const { requests } = yield* answering(done, setRemark(one, "o1", "常客"))
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "POST",
          path: "/cgi-bin/user/info/updateremark",
          body: { openid: "o1", remark: "常客" }
        }
      ])
    })
  )
})
