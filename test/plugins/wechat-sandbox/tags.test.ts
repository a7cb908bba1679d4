import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { openid, silentOpenid } = wechat.credentials
  const tags = (path: string, body: object) => wechat.post(`/cgi-bin/tags/${path}`, body)
  return {
    ...wechat,
    ...{ openid, silentOpenid, tags },
    create: (name: string) => tags("create", { tag: { name } }),
    mark: (tagid: number, openid_list: ReadonlyArray<string>, how = "batchtagging") =>
      tags(`members/${how}`, { tagid, openid_list })
  }
})

describe("tags", () => {
  it.effect("are put on people and counted, and go with their deletion", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { tag } = yield* wechat.create("常客")
      assert.deepStrictEqual(tag, { id: 100, name: "常客" })
      assert.strictEqual(code(yield* wechat.mark(100, [wechat.openid])), 0)
      assert.deepStrictEqual(yield* wechat.get("/cgi-bin/tags/get"), {
        tags: [{ id: 100, name: "常客", count: 1 }]
      })
      const marked = yield* wechat.post("/cgi-bin/user/tag/get", { tagid: 100 })
      assert.deepStrictEqual(marked, {
        ...{ count: 1, data: { openid: [wechat.openid] }, next_openid: wechat.openid }
      })
      const ids = wechat.tags("getidlist", { openid: wechat.openid })
      assert.deepStrictEqual(yield* ids, { tagid_list: [100] })
      yield* wechat.tags("update", { tag: { id: 100, name: "老客" } })
      assert.strictEqual((yield* wechat.get("/cgi-bin/tags/get")).tags[0].name, "老客")
      yield* wechat.mark(100, [wechat.openid], "batchuntagging")
      assert.deepStrictEqual(yield* ids, { tagid_list: [] })
      yield* wechat.mark(100, [wechat.openid])
      yield* wechat.tags("delete", { tag: { id: 100 } })
      assert.deepStrictEqual(yield* ids, { tagid_list: [] })
    })
  )

  it.effect("have limits, each with its errcode", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.create("常客")
      assert.strictEqual(code(yield* wechat.create("常客")), 45157)
      assert.strictEqual(code(yield* wechat.create("")), 45157)
      assert.strictEqual(code(yield* wechat.create("十一个字十一个字十一个")), 45158)
      assert.strictEqual(code(yield* wechat.mark(7, [wechat.openid])), 45159)
      assert.strictEqual(code(yield* wechat.mark(100, [])), 40032)
      assert.strictEqual(code(yield* wechat.mark(100, Array(51).fill(wechat.openid))), 40032)
      assert.strictEqual(code(yield* wechat.mark(100, [wechat.openid, "oNobody"])), 49003)
      assert.strictEqual(code(yield* wechat.tags("delete", { tag: { id: 2 } })), 45058)
      for (let id = 101; id < 200; id++) yield* wechat.create(`标签${id}`)
      assert.strictEqual(code(yield* wechat.create("一百零一")), 45056)
      for (let id = 100; id < 120; id++) yield* wechat.mark(id, [wechat.openid])
      assert.strictEqual(code(yield* wechat.mark(120, [wechat.openid])), 45059)
    })
  )
})

describe("the blacklist", () => {
  it.effect("holds whom the account wants nothing to do with", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const openid_list = [wechat.openid]
      assert.strictEqual(code(yield* wechat.tags("members/batchblacklist", { openid_list })), 0)
      const list = wechat.tags("members/getblacklist", { begin_openid: "" })
      assert.deepStrictEqual(yield* list, {
        ...{ total: 1, count: 1, data: { openid: openid_list }, next_openid: wechat.openid }
      })
      yield* wechat.tags("members/batchunblacklist", { openid_list })
      assert.deepStrictEqual(yield* list, { total: 0, count: 0, next_openid: "" })
      const many = { openid_list: Array(21).fill(wechat.openid) }
      assert.strictEqual(code(yield* wechat.tags("members/batchblacklist", many)), 40032)
    })
  )
})
