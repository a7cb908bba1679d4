import { assert, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { answer, definePlugin, NotSent, TextReceived } from "#core"
import type { Incoming, Outgoing } from "../../../../core/transport.ts"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { settle } from "../../../support/settling.ts"
import {
  agreed,
  cryptoOf,
  openid,
  openReply,
  pushed,
  text,
  xml
} from "../../../support/wechat-push.ts"
import { meanwhile } from "../../../support/world.ts"

const forwardTo = "http://old.test/wx.asp?site=1"

const reply = (more: Readonly<Record<string, string>> = {}) => ({
  ToUserName: openid,
  FromUserName: agreed.originalId,
  CreateTime: "1795500000",
  MsgType: "text",
  Content: "老系统",
  ...more
})

const sealed = (clear: string, by = agreed) => {
  const crypto = cryptoOf(by)
  const [TimeStamp, Nonce, Encrypt] = ["1795500000", "77", crypto.encrypt(clear)]
  const MsgSignature = crypto.getSignature(TimeStamp, Nonce, Encrypt)
  return xml({ Encrypt, MsgSignature, TimeStamp, Nonce })
}

const answering =
  (body: string, status = 200) =>
  (_: Outgoing): Effect.Effect<Incoming> =>
    Effect.succeed({ status, headers: {}, body: Buffer.from(body) })

const outcome = (name: string) =>
  Effect.map(Metric.snapshot, (all) => {
    const one = all.find(
      ({ attributes, id }) =>
        id === "weir_callbacks_forwarded_total" && attributes?.outcome === name
    )
    return one === undefined ? 0 : Number((one.state as { count: number | bigint }).count)
  })

eachDatabase("the system that owned the callback before us", (database) => {
  it.effect("gets the push byte for byte, once, and its sealed answer is given", () =>
    Effect.gen(function* () {
      const owner = answering(sealed(xml(reply())))
      const chat = yield* openChat(database, { forwardTo, owner })
      const push = pushed(text("你好"))
      const first = yield* chat.push(push)
      assert.include(openReply(first.text), "老系统")
      const [sent] = chat.sent
      assert.strictEqual(sent?.url, `${forwardTo}&${push.query.slice(1)}`)
      assert.strictEqual(Buffer.from(sent?.body ?? []).toString(), push.body)
      assert.strictEqual(sent?.headers["content-type"], "text/xml")
      const again = yield* chat.push(pushed(text("你好")))
      assert.strictEqual(again.text, first.text, "the very same answer")
      assert.strictEqual(chat.sent.length, 1)
    })
  )

  it.effect("answers in clear where the mode is not secure", () =>
    Effect.gen(function* () {
      const owner = answering(xml(reply()))
      for (const mode of ["plain", "compatible"] as const) {
        const chat = yield* openChat(database, { forwardTo, owner, mode })
        const { text: said } = yield* chat.push(pushed(text("你好"), { mode }))
        assert.strictEqual(said, xml(reply()))
      }
    })
  )

  const aesKey = "0".repeat(43)
  for (const [what, body, status] of [
    ["nothing", ""],
    ["success", "success"],
    ["an error", sealed(xml(reply())), 500],
    ["a page", "<html><body>404</body></html>"],
    ["an answer in clear", xml(reply())],
    ["an answer to somebody else", sealed(xml(reply({ ToUserName: "oSomebody" })))],
    ["an answer that was not turned round", sealed(xml(text("你好")))],
    ["an answer in milliseconds", sealed(xml(reply({ CreateTime: "1795500000000" })))],
    ["an answer of no kind", sealed(xml(reply({ MsgType: "event" })))],
    ["an answer sealed with another key", sealed(xml(reply()), { ...agreed, aesKey })],
    ["an answer for another account", sealed(xml(reply()), { ...agreed, appid: "wxf" })]
  ] as const)
    it.effect(`says nothing if it says ${what}`, () =>
      Effect.gen(function* () {
        const chat = yield* openChat(database, { forwardTo, owner: answering(body, status) })
        const { status: got, text: said } = yield* chat.push(pushed(text("你好")))
        assert.deepStrictEqual([got, said], [200, "success"])
        assert.strictEqual(chat.sent.length, 1)
      })
    )

  it.effect("is waited for four seconds, and its absence is counted", () =>
    Effect.gen(function* () {
      const owner = () => Effect.never
      const slow = yield* openChat(database, { forwardTo, owner })
      const { value, waited } = yield* meanwhile(slow.push(pushed(text("你好"))))
      assert.strictEqual(value.text, "success")
      assert.isAtMost(waited, 4_500)
      const before = yield* outcome("not sent")
      const gone = yield* openChat(database, {
        forwardTo,
        owner: () => Effect.fail(new NotSent({ reason: "refused" }))
      })
      assert.strictEqual((yield* gone.push(pushed(text("你好")))).text, "success")
      assert.strictEqual((yield* outcome("not sent")) - before, 1)
    })
  )

  it.effect("hears of what a plugin answers, and the plugin's word is given", () =>
    Effect.gen(function* () {
      const plugin = definePlugin({
        name: "a",
        options: {},
        on: [answer(TextReceived, () => Effect.succeed({ type: "text", text: "插件" }))]
      })()
      const owner = answering(sealed(xml(reply())))
      const chat = yield* openChat(database, { forwardTo, owner, plugins: [plugin] })
      const { text: said } = yield* chat.push(pushed(text("你好")))
      assert.include(openReply(said), "插件")
      yield* settle
      assert.lengthOf(
        chat.sent.filter(({ url }) => url.startsWith("http://old.test/")),
        1
      )
    })
  )

  it.effect("hears nothing of what is not WeChat's", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { forwardTo })
      yield* chat.push(pushed(text("你好"), { mode: "plain" }))
      yield* chat.push(pushed(text("你好"), { at: 1 }))
      assert.deepStrictEqual(chat.sent, [])
    })
  )
})
