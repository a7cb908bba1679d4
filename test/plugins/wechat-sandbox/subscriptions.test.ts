import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const data = {
  character_string1: { value: "NO20240001" },
  amount2: { value: "¥12.50" },
  time3: { value: "2024-05-06 10:20" },
  thing4: { value: "拿铁 x2" }
}

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { callbackToken: token, silentOpenid, subscriptionTemplateId: id } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  const { arrivals } = wechat.network
  return {
    ...wechat,
    id,
    silentOpenid,
    send: (more: object = {}) =>
      wechat.post("/cgi-bin/message/subscribe/bizsend", {
        ...{ touser: silentOpenid, template_id: id, data },
        ...more
      }),
    agree: (more: object = {}) =>
      wechat.control("POST", `/users/${silentOpenid}/consent`, { templateId: id, ...more }),
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "", text: "" }).text
    })
  }
})

describe("a subscription notice", () => {
  it.effect("needs a consent, and uses up one; a follower or not", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.send()), 43101)
      yield* wechat.agree()
      yield* wechat.agree()
      assert.deepStrictEqual(yield* wechat.send(), { errcode: 0, errmsg: "ok" })
      assert.strictEqual(code(yield* wechat.send()), 0)
      assert.strictEqual(code(yield* wechat.send()), 43101)
      const { notices } = yield* wechat.control("GET", "/notices")
      assert.lengthOf(notices, 2)
      assert.strictEqual(notices[0].way, "subscription")
    })
  )

  it.effect("may be agreed to for good, where that is allowed, and withdrawn", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.agree({ longTerm: true })
      for (let time = 0; time < 5; time++) assert.strictEqual(code(yield* wechat.send()), 0)
      yield* wechat.agree({ accept: false, from: "settings" })
      assert.strictEqual(code(yield* wechat.send()), 43101)
    })
  )

  it.effect("that is refused uses up nothing", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.agree()
      const { time3: _, ...short } = data
      assert.strictEqual(code(yield* wechat.send({ data: short })), 47003)
      assert.strictEqual(code(yield* wechat.send({ touser: "oNobody" })), 40003)
      assert.strictEqual(code(yield* wechat.send({ template_id: "T".repeat(43) })), 40037)
      assert.strictEqual(code(yield* wechat.send({ page: "javascript:alert(1)" })), 41030)
      assert.strictEqual(code(yield* wechat.send()), 0)
    })
  )

  it.effect("is not what its siblings send", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.agree()
      const body = { touser: wechat.silentOpenid, template_id: wechat.id, data }
      assert.strictEqual(code(yield* wechat.post("/cgi-bin/message/subscribe/send", body)), 43101)
      assert.strictEqual(
        code(yield* wechat.send({ template_id: wechat.credentials.templateId })),
        40037
      )
    })
  )
})

describe("events about notices", () => {
  it.effect(
    "tell each decision on a page, one or several at once, and no yes of the settings",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open
        const second = yield* wechat.post("/wxaapi/newtmpl/addtemplate", {
          ...{ tid: "48277", kidList: [1, 2] }
        })
        yield* wechat.agree({ templateId: [wechat.id, second.priTmplId] })
        const popup = yield* wechat.heard(1)
        assert.lengthOf(popup.match(/<List>/g) ?? [], 2)
        assert.include(
          popup,
          `<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[${wechat.id}]]></TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene><![CDATA[1]]></PopupScene></List>`
        )
        yield* wechat.agree({ accept: true, from: "settings" })
        yield* wechat.agree({ accept: false, from: "settings" })
        const change = yield* wechat.heard(2)
        assert.include(change, "<SubscribeMsgChangeEvent><List>")
        assert.include(change, "<![CDATA[reject]]>")
      })
  )

  it.effect("tell that a notice was sent", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.agree()
      yield* wechat.heard(1)
      yield* wechat.send()
      yield* wechat.pass(1)
      assert.match(
        yield* wechat.heard(2),
        /<SubscribeMsgSentEvent><List><TemplateId><!\[CDATA\[\w{43}\]\]><\/TemplateId><MsgID>\d{19}<\/MsgID><ErrorCode>0<\/ErrorCode><ErrorStatus><!\[CDATA\[success\]\]>/
      )
    })
  )
})

describe("templates for notices", () => {
  it.effect("are taken from the library by their words' numbers", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const get = (path: string, query = {}) => wechat.get(`/wxaapi/newtmpl/${path}`, query)
      const { data: categories } = yield* get("getcategory")
      const ids = categories.map(({ id }: { id: number }) => id).join(",")
      const titles = yield* get("getpubtemplatetitles", { ids, start: "0", limit: "2" })
      assert.deepStrictEqual([titles.count, titles.data.length], [6, 2])
      const tid = String(titles.data[0].tid)
      const words = yield* get("getpubtemplatekeywords", { tid })
      assert.strictEqual(words.data[0].kid, 1)
      const add = (body: object) =>
        wechat.post("/wxaapi/newtmpl/addtemplate", { tid, kidList: [2, 1], ...body })
      const { priTmplId } = yield* add({ sceneDesc: "付款后" })
      const { data: mine } = yield* get("gettemplate")
      assert.include(
        mine.map((each: { priTmplId: string }) => each.priTmplId),
        priTmplId
      )
      assert.strictEqual(code(yield* add({ tid: "1" })), 200014)
      assert.strictEqual(code(yield* add({ kidList: [1] })), 200020)
      assert.strictEqual(code(yield* add({ kidList: [1, 99] })), 200020)
      assert.strictEqual(
        code(yield* add({ sceneDesc: "十六个字十六个字十六个字十六个字" })),
        200021
      )
      assert.strictEqual(code(yield* get("getpubtemplatetitles", { ids: "1" })), 200018)
      assert.strictEqual(code(yield* wechat.post("/wxaapi/newtmpl/deltemplate", { priTmplId })), 0)
    })
  )
})
