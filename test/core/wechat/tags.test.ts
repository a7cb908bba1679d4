import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as tags from "../../../core/wechat/tags.ts"
import { answering, asking, lost, one } from "./platform.ts"

const openids = (count: number) => Array.from({ length: count }, (_, at) => `o${at}`)
const done = { json: { errcode: 0, errmsg: "ok" } }

describe("tags", () => {
  it.effect("are listed, made, renamed and removed", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) => {
          if (path === "/cgi-bin/tags/get")
            return { json: { tags: [{ id: 2, name: "星标组", count: 0 }] } }
          return path === "/cgi-bin/tags/create"
            ? { json: { tag: { id: 134, name: "广东" } } }
            : done
        },
        Effect.gen(function* () {
          const made = yield* tags.createTag(one, "广东")
          yield* tags.renameTag(one, made.id, "粤")
          yield* tags.removeTag(one, made.id)
          return [made, ...(yield* tags.tagsOf(one))]
        })
      )
      assert.deepStrictEqual(value, [
        { id: 134, name: "广东", count: 0 },
        { id: 2, name: "星标组", count: 0 }
      ])
      assert.deepStrictEqual(
        requests.map(({ json, path }) => [path, json]),
        [
          ["/cgi-bin/tags/create", { tag: { name: "广东" } }],
          ["/cgi-bin/tags/update", { tag: { id: 134, name: "粤" } }],
          ["/cgi-bin/tags/delete", { tag: { id: 134 } }],
          ["/cgi-bin/tags/get", undefined]
        ]
      )
    })
  )

  it.effect("one that may have been made is not made twice", () =>
    Effect.gen(function* () {
      const { requests } = yield* asking(lost, tags.createTag(one, "广东"))
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect.each([
    ["given", tags.tagPeople, "/cgi-bin/tags/members/batchtagging"],
    ["taken", tags.untagPeople, "/cgi-bin/tags/members/batchuntagging"]
  ] as const)("are %s fifty people at a time", ([, act, path]) =>
    Effect.gen(function* () {
      const { requests } = yield* answering(done, act(one, 134, openids(120)))
      assert.deepStrictEqual(
        requests.map(({ json }) => json.openid_list.length),
        [50, 50, 20]
      )
      assert.isTrue(requests.every((seen) => seen.path === path && seen.json.tagid === 134))
    })
  )

  it.effect.each([
    [tags.blockPeople, "/cgi-bin/tags/members/batchblacklist"],
    [tags.unblockPeople, "/cgi-bin/tags/members/batchunblacklist"]
  ] as const)("the blacklist is changed twenty people at a time (%#)", ([act, path]) =>
    Effect.gen(function* () {
      const { requests } = yield* answering(done, act(one, openids(30)))
      assert.deepStrictEqual(
        requests.map(({ json }) => json.openid_list.length),
        [20, 10]
      )
      assert.isTrue(requests.every((seen) => seen.path === path))
    })
  )

  it.effect("tell who has them, and a person which", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) =>
          path === "/cgi-bin/tags/getidlist"
            ? { json: { tagid_list: [134, 2] } }
            : { json: { count: 1, data: { openid: ["o1"] }, next_openid: "o1" } },
        Effect.all([
          tags.tagsOfPerson(one, "o1"),
          tags.taggedAfter(one, 134),
          tags.blockedAfter(one, "o0")
        ])
      )
      const page = { openids: ["o1"], next: "o1" }
      assert.deepStrictEqual(value, [[134, 2], page, page])
      assert.deepStrictEqual(
        requests.map(({ json }) => json),
        [{ openid: "o1" }, { tagid: 134, next_openid: "" }, { begin_openid: "o0" }]
      )
    })
  )
})
