import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { openPlatform } from "../../support/platform.ts"
import { sealedReply, signed, taken } from "../../support/pushed.ts"

/** A WeChat in which the first shopper says something, and the account's program hears it. */
const open = Effect.fnUntraced(function* (mode: "plain" | "compatible" | "secure" = "secure") {
  const wechat = yield* openPlatform()
  const { callbackToken: token, encodingAesKey: aesKey, openid } = wechat.credentials
  const { arrivals } = wechat.network
  const url = "http://gateway.example.com/wechat/callback/main?store=7"
  yield* wechat.portal({ callback: { url, token, aesKey, mode }, verify: false })
  const pushes = Effect.map(wechat.control("GET", "/pushes"), ({ pushes }) => pushes)
  return {
    ...wechat,
    arrivals,
    openid,
    pushes,
    say: (content: string) => wechat.control("POST", `/users/${openid}/messages`, { content }),
    chat: Effect.map(
      wechat.control("GET", `/users/${openid}/messages`),
      ({ messages }) => messages
    ),
    heard: (count: number) => wechat.until(Effect.sync(() => arrivals.length >= count)),
    ended: wechat.until(
      Effect.map(pushes, (all) => all.every(({ state }: { state: string }) => state !== "waiting"))
    ),
    at: (place: number) => taken(arrivals[place] ?? { url: "http://nothing", text: "" }, aesKey)
  }
})

describe("a push", () => {
  it.effect("in the plain mode is signed by token, time and nonce, and names its sender", () =>
    Effect.gen(function* () {
      const wechat = yield* open("plain")
      const { msgId } = yield* wechat.say("订单 7")
      yield* wechat.heard(1)
      const { query, text } = wechat.at(0)
      const { callbackToken, openid, originalId } = wechat.credentials
      const { nonce = "", timestamp = "" } = query
      assert.deepStrictEqual(query, {
        store: "7",
        signature: signed(callbackToken, timestamp, nonce),
        timestamp,
        nonce,
        openid
      })
      assert.strictEqual(
        text,
        `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName><CreateTime>1795492800</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[订单 7]]></Content><MsgId>${msgId}</MsgId></xml>`
      )
      assert.match(msgId, /^\d{19}$/)
    })
  )

  it.effect(
    "in the secure mode is encrypted for the appid, under a signature over what is encrypted",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open("secure")
        yield* wechat.say("你好 👋 ]]> &<")
        yield* wechat.heard(1)
        const { message = "", query, sealed = "", suffix, text } = wechat.at(0)
        const { appid, callbackToken } = wechat.credentials
        const { nonce = "", timestamp = "" } = query
        assert.strictEqual(query.encrypt_type, "aes")
        assert.strictEqual(query.msg_signature, signed(callbackToken, timestamp, nonce, sealed))
        assert.strictEqual(suffix, appid)
        assert.include(message, "<Content><![CDATA[你好 👋 ]]]]><![CDATA[> &<]]></Content>")
        assert.notInclude(text, "Content")
      })
  )

  it.effect("in the compatible mode says the same in clear and encrypted", () =>
    Effect.gen(function* () {
      const wechat = yield* open("compatible")
      yield* wechat.say("两样")
      yield* wechat.heard(1)
      const { message, text } = wechat.at(0)
      assert.strictEqual(text.replace(/<Encrypt>.*<\/Encrypt>/, ""), message)
      assert.include(message, "两样")
    })
  )

  it.effect(
    "is tried three times in all, five seconds apart, with one body and fresh signatures",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open()
        wechat.network.answer = () => (wechat.arrivals.length === 1 ? "hang" : 500)
        yield* wechat.say("有人吗")
        yield* wechat.heard(1)
        yield* wechat.pass(5)
        yield* wechat.heard(2)
        yield* wechat.pass(5)
        yield* wechat.heard(3)
        yield* wechat.ended
        yield* wechat.pass(60)
        assert.lengthOf(wechat.arrivals, 3)
        assert.strictEqual(new Set(wechat.arrivals.map(({ text }) => text)).size, 1)
        assert.strictEqual(new Set([0, 1, 2].map((place) => wechat.at(place).query.nonce)).size, 3)
        assert.strictEqual(
          new Set([0, 1, 2].map((place) => wechat.at(place).query.timestamp)).size,
          3
        )
        const [push] = yield* wechat.pushes
        assert.strictEqual(push.state, "given up")
        assert.deepStrictEqual(
          push.deliveries.map(({ status }: { status?: number }) => status),
          [undefined, 500, 500]
        )
        const [, excuse] = yield* wechat.chat
        assert.deepStrictEqual(
          [excuse.way, excuse.body.Content],
          ["system", "该公众号暂时无法提供服务，请稍后再试"]
        )
      })
  )

  for (const said of ["success", ""])
    it.effect(`is done when it is answered with ${said || "nothing"}`, () =>
      Effect.gen(function* () {
        const wechat = yield* open()
        wechat.network.answer = () => ({ said })
        yield* wechat.say("收到吗")
        yield* wechat.ended
        assert.strictEqual((yield* wechat.pushes)[0].state, "delivered")
        assert.lengthOf(yield* wechat.chat, 1)
      })
    )

  const replyTo = (wechat: Effect.Success<ReturnType<typeof open>>, to = wechat.openid) =>
    `<xml><ToUserName><![CDATA[${to}]]></ToUserName><FromUserName><![CDATA[${wechat.credentials.originalId}]]></FromUserName><CreateTime>1795492801</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>`

  it.effect("may be answered by a reply, encrypted where the push is; the person reads it", () =>
    Effect.gen(function* () {
      const wechat = yield* open("secure")
      wechat.network.answer = () => ({ said: sealedReply(wechat.credentials, replyTo(wechat)) })
      yield* wechat.say("在吗")
      yield* wechat.ended
      const [, reply] = yield* wechat.chat
      assert.deepStrictEqual([reply.way, reply.kind, reply.body.Content], ["reply", "text", "收到"])
    })
  )

  it.effect(
    "is not answered by a clear reply in the secure mode, a stranger's, or anything else",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open("secure")
        const answers = [
          replyTo(wechat),
          sealedReply({ ...wechat.credentials, appid: "wx0" }, replyTo(wechat)),
          sealedReply(wechat.credentials, replyTo(wechat, "oSomebodyElse"))
        ]
        wechat.network.answer = () => ({ said: answers[wechat.arrivals.length - 1] ?? "ok" })
        yield* wechat.say("在吗")
        for (const count of [1, 2, 3]) {
          yield* wechat.heard(count)
          yield* wechat.pass(5)
        }
        yield* wechat.ended
        assert.deepStrictEqual(
          (yield* wechat.pushes)[0].deliveries.map(({ said }: { said: string }) => said),
          ["malformed", "malformed", "malformed"]
        )
      })
  )

  it.effect("may be answered in clear in the compatible mode", () =>
    Effect.gen(function* () {
      const wechat = yield* open("compatible")
      wechat.network.answer = () => ({ said: replyTo(wechat) })
      yield* wechat.say("在吗")
      yield* wechat.ended
      assert.strictEqual((yield* wechat.chat)[1].body.Content, "收到")
    })
  )

  it.effect("follows WeChat's clock, while its signature keeps to everybody's", () =>
    Effect.gen(function* () {
      const wechat = yield* open("plain")
      yield* wechat.control("POST", "/clock", { advance: "2 days" })
      yield* wechat.say("过了两天")
      yield* wechat.heard(1)
      assert.include(wechat.at(0).text, `<CreateTime>${1795492800 + 172800}</CreateTime>`)
      assert.strictEqual(wechat.at(0).query.timestamp, "1795492800")
    })
  )

  it.effect("goes to anybody's address on demand, and tells how that ended", () =>
    Effect.gen(function* () {
      const wechat = yield* open("plain")
      const url = "https://third.example.com/hook"
      wechat.network.answer = () => ({ said: "success" })
      const text = yield* wechat.control("POST", "/push", {
        url,
        openid: wechat.openid,
        text: "嗨"
      })
      assert.strictEqual(text.state, "delivered")
      const event = { Event: "CLICK", EventKey: "menu-7" }
      yield* wechat.control("POST", "/push", { url, openid: wechat.openid, event })
      assert.include(wechat.at(1).text, "<EventKey><![CDATA[menu-7]]></EventKey>")
      assert.isTrue(wechat.arrivals.every((arrival) => arrival.url.startsWith(url)))
      wechat.network.answer = () => 500
      const failing = yield* Effect.forkChild(
        wechat.control("POST", "/push", { url, openid: wechat.openid, event: "kf_create_session" })
      )
      for (const count of [3, 4, 5]) {
        yield* wechat.heard(count)
        yield* wechat.pass(5)
      }
      const ended = yield* Fiber.join(failing)
      assert.deepStrictEqual([ended.state, ended.deliveries.length], ["given up", 3])
    })
  )
})

describe("a callback", () => {
  it.effect(
    "is saved once its address has answered with the echostr, which is never encrypted",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open("secure")
        const { appid, callbackToken: token, encodingAesKey: aesKey } = wechat.credentials
        const callback = { url: "http://other.example.com/wx", token, aesKey, mode: "secure" }
        const save = wechat.request(
          "PUT",
          `/control/accounts/${appid}`,
          Buffer.from(JSON.stringify({ callback })),
          {}
        )
        assert.strictEqual((yield* save).status, 409)
        wechat.network.answer = ({ url }) => ({
          said: new URL(url).searchParams.get("echostr") ?? ""
        })
        assert.strictEqual((yield* save).status, 200)
        const { nonce = "", signature, timestamp = "" } = wechat.at(1).query
        assert.strictEqual(signature, signed(token, timestamp, nonce))
        const { accounts } = yield* wechat.control("GET", "/accounts")
        assert.strictEqual(accounts[0].callback.url, callback.url)
      })
  )
})
