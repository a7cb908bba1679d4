import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPlatform } from "../../support/platform.ts"
import { signed, taken } from "../../support/pushed.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { arrivals } = wechat.network
  const { encodingAesKey, openid, silentOpenid } = wechat.credentials
  return {
    ...wechat,
    arrivals,
    openid,
    breaks: (fault: object) => wechat.control("PUT", "/faults", fault),
    say: (content: string) => wechat.control("POST", `/users/${openid}/messages`, { content }),
    follow: wechat.control("POST", `/users/${silentOpenid}/follow`, {}),
    heard: (count: number) => wechat.until(Effect.sync(() => arrivals.length >= count)),
    at: (place: number) =>
      taken(arrivals[place] ?? { url: "http://nothing", text: "" }, encodingAesKey)
  }
})

describe("faults of pushes", () => {
  it.effect("duplicate: the same comes over two lines at once", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "duplicate" })
      yield* wechat.say("一次")
      yield* wechat.heard(2)
      const [first, second] = wechat.arrivals
      assert.strictEqual(first?.at, second?.at)
      assert.strictEqual(first?.text, second?.text)
      assert.notStrictEqual(wechat.at(0).query.nonce, wechat.at(1).query.nonce)
    })
  )

  it.effect("reorder: what came later is heard first", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "reorder" })
      yield* wechat.say("第一")
      yield* wechat.until(
        Effect.map(wechat.control("GET", "/faults"), ({ faults }) => faults.length === 0)
      )
      yield* wechat.say("第二")
      yield* wechat.heard(1)
      yield* wechat.pass(30)
      yield* wechat.heard(2)
      assert.include(wechat.at(0).message, "第二")
      assert.include(wechat.at(1).message, "第一")
    })
  )

  it.effect("lost: it never comes, and the person is told that nobody answers", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "lost" })
      yield* wechat.say("听不见")
      const chat = Effect.map(
        wechat.control("GET", `/users/${wechat.openid}/messages`),
        ({ messages }) => messages
      )
      yield* wechat.until(Effect.map(chat, ({ length }) => length === 2))
      assert.lengthOf(wechat.arrivals, 0)
    })
  )

  it.effect("forge: another body comes under a signature that is true of the query", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "forge" })
      yield* wechat.say("真的")
      yield* wechat.heard(2)
      const { query, sealed = "" } = wechat.at(0)
      const { callbackToken: token } = wechat.credentials
      const { msg_signature, nonce = "", signature, timestamp = "" } = query
      assert.strictEqual(signature, signed(token, timestamp, nonce))
      assert.notStrictEqual(msg_signature, signed(token, timestamp, nonce, sealed))
      assert.include(wechat.at(1).message, "真的")
    })
  )

  it.effect(
    "forge: in the plain mode somebody else seems to say it, and nothing betrays that",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open
        const { callbackToken: token } = wechat.credentials
        const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
        yield* wechat.portal({ callback, verify: false })
        yield* wechat.breaks({ fault: "forge" })
        yield* wechat.say("真的")
        yield* wechat.heard(2)
        const { query, text } = wechat.at(0)
        const { nonce = "", signature, timestamp = "" } = query
        assert.strictEqual(signature, signed(token, timestamp, nonce))
        assert.notInclude(text, `<FromUserName><![CDATA[${wechat.openid}]]>`)
      })
  )

  it.effect("downgrade: it comes in clear, without encrypt_type", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      wechat.network.answer = () => (wechat.arrivals.length === 1 ? 403 : 200)
      yield* wechat.breaks({ fault: "downgrade" })
      yield* wechat.say("降级")
      yield* wechat.heard(1)
      yield* wechat.pass(5)
      yield* wechat.heard(2)
      assert.include(wechat.at(0).text, "降级")
      assert.isUndefined(wechat.at(0).query.encrypt_type)
      assert.include(wechat.at(1).message, "降级")
    })
  )

  it.effect("wrong-appid: what is encrypted is for another account", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "wrong-appid" })
      yield* wechat.say("不是给你的")
      yield* wechat.heard(1)
      assert.notStrictEqual(wechat.at(0).suffix, wechat.credentials.appid)
    })
  )

  it.effect("padding: every length from 1 to 32 can be had", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      for (let pad = 1; pad <= 32; pad++) {
        yield* wechat.breaks({ fault: "padding", pad })
        yield* wechat.say("填充")
        yield* wechat.heard(pad)
        assert.strictEqual(wechat.at(pad - 1).pad, pad)
        assert.match(wechat.at(pad - 1).message ?? "", /<\/xml> *$/)
      }
    })
  )

  it.effect("no-eventkey: a plain follow has none, which otherwise is there and empty", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.follow
      yield* wechat.heard(1)
      assert.include(wechat.at(0).message, "<EventKey><![CDATA[]]></EventKey>")
      yield* wechat.control("POST", `/users/${wechat.credentials.silentOpenid}/unfollow`, {})
      yield* wechat.breaks({ fault: "no-eventkey" })
      yield* wechat.follow
      yield* wechat.heard(3)
      assert.notInclude(wechat.at(2).message, "EventKey")
    })
  )
})
