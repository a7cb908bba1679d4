import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { callbackToken: token } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  const { openidList } = yield* wechat.control("POST", "/users", { count: 3, follows: true })
  const { arrivals } = wechat.network
  const text = { msgtype: "text", text: { content: "新品到店" } }
  return {
    ...wechat,
    fans: openidList as ReadonlyArray<string>,
    all: (more: object = {}) =>
      wechat.post("/cgi-bin/message/mass/sendall", {
        ...{ filter: { is_to_all: true }, ...text },
        ...more
      }),
    some: (touser: ReadonlyArray<string>, more: object = {}) =>
      wechat.post("/cgi-bin/message/mass/send", { touser, ...text, ...more }),
    raw: Effect.fnUntraced(function* (clientmsgid: string) {
      const access_token = yield* wechat.token()
      const path = "/cgi-bin/message/mass/send"
      const body = { touser: openidList, ...text, clientmsgid }
      return (yield* wechat.ask("POST", path, { access_token }, body)).text
    }),
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "", text: "" }).text
    })
  }
})

describe("a mass message", () => {
  it.effect("is submitted at once, sent a moment later, and its end is told", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const text = yield* wechat.raw("camp-9")
      const [, msgId = ""] = /"msg_id":(\d{19}),"msg_data_id":\d{10}\}$/.exec(text) ?? []
      assert.include(text, '"errmsg":"send job submission success"')
      const status = wechat.post("/cgi-bin/message/mass/get", `{"msg_id":${msgId}}`)
      assert.strictEqual((yield* status).msg_status, "SENDING")
      yield* wechat.pass(2)
      assert.include(
        yield* wechat.heard(1),
        `<MsgID>${msgId}</MsgID><Status><![CDATA[send success]]></Status><TotalCount>3</TotalCount><FilterCount>0</FilterCount><SentCount>3</SentCount><ErrorCount>0</ErrorCount>`
      )
      assert.strictEqual((yield* status).msg_status, "SEND_SUCCESS")
      const { messages } = yield* wechat.control("GET", `/users/${wechat.fans[0]}/messages`)
      assert.strictEqual(messages[0].body.content, "新品到店")
    })
  )

  it.effect("under the same key is too fast within a minute, and known for a day", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const first = /"msg_id":(\d+)/.exec(yield* wechat.raw("camp-9"))?.[1]
      assert.include(yield* wechat.raw("camp-9"), '"errcode":45066')
      yield* wechat.pass(60)
      const again = yield* wechat.raw("camp-9")
      assert.include(again, '"errcode":45065')
      assert.include(again, `"msg_id":${first}`)
      yield* wechat.control("POST", "/clock", { advance: "24 hours" })
      assert.include(yield* wechat.raw("camp-9"), '"errcode":0')
      assert.strictEqual(
        code(yield* wechat.some(wechat.fans, { clientmsgid: "k".repeat(65) })),
        45067
      )
    })
  )

  it.effect("without a key is known by what it says to whom", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.some(wechat.fans)), 0)
      yield* wechat.pass(60)
      assert.strictEqual(code(yield* wechat.some(wechat.fans)), 45065)
      assert.strictEqual(code(yield* wechat.some(wechat.fans.slice(1))), 0)
    })
  )

  it.effect("reaches each person four times a month; the rest is filtered silently", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      for (let time = 1; time <= 5; time++) {
        yield* wechat.some(wechat.fans, { clientmsgid: `camp-${time}` })
        yield* wechat.pass(2)
        assert.include(
          yield* wechat.heard(time),
          `<FilterCount>${time === 5 ? 3 : 0}</FilterCount>`
        )
      }
      yield* wechat.control("POST", "/clock", { advance: "8 days" })
      yield* wechat.some(wechat.fans, { clientmsgid: "december" })
      yield* wechat.pass(2)
      assert.include(yield* wechat.heard(6), "<SentCount>3</SentCount>")
    })
  )

  it.effect("to all is sent once a day and four times a month", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      for (let day = 1; day <= 4; day++) {
        assert.strictEqual(code(yield* wechat.all({ clientmsgid: `day-${day}` })), 0)
        assert.strictEqual(code(yield* wechat.all({ clientmsgid: `again-${day}` })), 45028)
        yield* wechat.control("POST", "/clock", { advance: "24 hours" })
      }
      assert.strictEqual(code(yield* wechat.all({ clientmsgid: "day-5" })), 45028)
    })
  )

  it.effect("of a subscription account is one a day, whomever it is for", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.portal({ kind: "subscription" })
      const { tag } = yield* wechat.post("/cgi-bin/tags/create", { tag: { name: "常客" } })
      const filter = { is_to_all: false, tag_id: tag.id }
      assert.strictEqual(code(yield* wechat.all({ filter })), 0)
      assert.strictEqual(code(yield* wechat.all({ filter, clientmsgid: "b" })), 45028)
      assert.strictEqual(code(yield* wechat.some(wechat.fans)), 48001)
    })
  )

  it.effect("goes to two at least and ten thousand at most, all of them its own", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.some(wechat.fans.slice(2))), 40130)
      const many = Array.from({ length: 10_001 }, (_, place) => `o${place}`)
      assert.strictEqual(code(yield* wechat.some(many)), 40032)
      assert.strictEqual(code(yield* wechat.some(["oNobody", "oNoOne"])), 40003)
      assert.strictEqual(code(yield* wechat.all({ filter: { tag_id: 7 } })), 45159)
    })
  )

  it.effect("may be seen before by one person, slowed down, and deleted", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const [fan = ""] = wechat.fans
      const text = { content: "预览" }
      const preview = { touser: fan, msgtype: "text", text }
      assert.strictEqual(code(yield* wechat.post("/cgi-bin/message/mass/preview", preview)), 0)
      const { messages } = yield* wechat.control("GET", `/users/${fan}/messages`)
      assert.strictEqual(messages[0].body.content, "预览")
      const speed = (speed: number) => wechat.post("/cgi-bin/message/mass/speed/set", { speed })
      assert.strictEqual(code(yield* speed(3)), 0)
      assert.deepStrictEqual(yield* wechat.post("/cgi-bin/message/mass/speed/get", {}), {
        speed: 3,
        realspeed: 30
      })
      assert.strictEqual(code(yield* speed(9)), 45083)
      const text_ = yield* wechat.raw("gone")
      const body = `{"msg_id":${/"msg_id":(\d+)/.exec(text_)?.[1]}}`
      assert.strictEqual(code(yield* wechat.post("/cgi-bin/message/mass/delete", body)), 0)
      assert.strictEqual(
        (yield* wechat.post("/cgi-bin/message/mass/get", body)).msg_status,
        "DELETE"
      )
    })
  )
})
