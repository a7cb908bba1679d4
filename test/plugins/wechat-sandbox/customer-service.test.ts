import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { native } from "../../support/wechat-sandbox.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { openid, silentOpenid } = wechat.credentials
  return {
    ...wechat,
    openid,
    silentOpenid,
    send: (more: object = {}) =>
      wechat.post("/cgi-bin/message/custom/send", {
        ...{ touser: openid, msgtype: "text", text: { content: "您好" } },
        ...more
      }),
    does: (what: string, how: object = {}, who = openid) =>
      wechat.control("POST", `/users/${who}/${what}`, how),
    type: (command = "Typing") =>
      Effect.map(wechat.post("/cgi-bin/message/custom/typing", { touser: openid, command }), code)
  }
})

describe("a customer-service message", () => {
  it.effect("may follow what a person said five times, within 48 hours", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.send()), 45015)
      yield* wechat.does("messages", { content: "在吗" })
      for (let time = 0; time < 5; time++)
        assert.deepStrictEqual(yield* wechat.send(), { errcode: 0, errmsg: "ok" })
      assert.strictEqual(code(yield* wechat.send()), 45047)
      yield* wechat.does("messages", { content: "还在吗" })
      assert.strictEqual(code(yield* wechat.send()), 0)
      yield* wechat.control("POST", "/clock", { advance: "48 hours" })
      assert.strictEqual(code(yield* wechat.send()), 45015)
      const { messages } = yield* wechat.control("GET", `/users/${wechat.openid}/messages`)
      assert.strictEqual(messages.filter(({ way }: { way: string }) => way === "custom").length, 6)
    })
  )

  const minute: ReadonlyArray<readonly [string, string, object]> = [
    ["a menu tap", "tap", { button: "TODAY" }],
    ["a follow", "follow", {}],
    ["a scan", "scan", {}]
  ]
  it.effect.each(minute)("may follow %s three times within a minute", ([, what, how]) =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.post("/cgi-bin/menu/create", {
        button: [{ type: "click", name: "今日", key: "TODAY" }]
      })
      const { ticket } = yield* wechat.post("/cgi-bin/qrcode/create", {
        ...{ action_name: "QR_LIMIT_SCENE", action_info: { scene: { scene_id: 1 } } }
      })
      if (what === "follow") yield* wechat.does("unfollow")
      yield* wechat.does(what, what === "scan" ? { qr: ticket } : how)
      for (let time = 0; time < 3; time++) assert.strictEqual(code(yield* wechat.send()), 0)
      assert.strictEqual(code(yield* wechat.send()), 45047)
      yield* wechat.does("unfollow")
      yield* wechat.does("follow")
      yield* wechat.pass(60)
      assert.strictEqual(code(yield* wechat.send()), 45015)
    })
  )

  it.effect("may follow a payment as often as one likes, within 48 hours", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.call("POST", "/v3/pay/transactions/native", native(wechat, "ORDER-0001"))
      yield* wechat.control("POST", "/pay", { outTradeNo: "ORDER-0001", openid: wechat.openid })
      for (let time = 0; time < 30; time++) assert.strictEqual(code(yield* wechat.send()), 0)
      yield* wechat.control("POST", "/clock", { advance: "48 hours" })
      assert.strictEqual(code(yield* wechat.send()), 45015)
    })
  )

  it.effect("is refused where the person, or the content, does not allow it", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.does("messages", { content: "在吗" })
      assert.strictEqual(code(yield* wechat.send({ touser: "oNobody" })), 40003)
      assert.strictEqual(code(yield* wechat.send({ touser: wechat.silentOpenid })), 43004)
      assert.strictEqual(code(yield* wechat.send({ msgtype: "telepathy" })), 40008)
      assert.strictEqual(code(yield* wechat.send({ text: { content: "" } })), 44004)
      assert.strictEqual(code(yield* wechat.send({ text: { content: "长".repeat(683) } })), 45002)
      const image = { msgtype: "image", image: { media_id: "nothing" } }
      assert.strictEqual(code(yield* wechat.send(image)), 40007)
      const articles = [{ title: "一" }, { title: "二" }]
      assert.strictEqual(code(yield* wechat.send({ msgtype: "news", news: { articles } })), 45008)
      yield* wechat.does("block")
      assert.strictEqual(code(yield* wechat.send()), 48002)
      yield* wechat.portal({ certified: false })
      assert.strictEqual(code(yield* wechat.send()), 48001)
    })
  )

  it.effect("may be announced by typing, for who has just said something", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(yield* wechat.type(), 45080)
      yield* wechat.does("messages", { content: "在吗" })
      assert.strictEqual(yield* wechat.type(), 0)
      assert.strictEqual(yield* wechat.type(), 45081)
      assert.strictEqual(yield* wechat.type("CancelTyping"), 0)
      assert.strictEqual(yield* wechat.type(), 0)
      assert.strictEqual(yield* wechat.type("Sleeping"), 45072)
      yield* wechat.pass(31)
      assert.strictEqual(yield* wechat.type(), 45080)
    })
  )
})
