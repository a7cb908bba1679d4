import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { arrivals } = wechat.network
  const { callbackToken: token, openid, silentOpenid } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  return {
    ...wechat,
    arrivals,
    openid,
    silentOpenid,
    does: (who: string, what: string, how: object = {}) =>
      wechat.say("POST", `/control/users/${who}/${what}`, how),
    /** The last push, without what all have. */
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      const { text } = taken(arrivals[count - 1] ?? { url: "http://nothing", text: "" })
      return text.replace(/^<xml>.*?<MsgType>/s, "<MsgType>").replace(/<\/xml>$/, "")
    })
  }
})

const event = (name: string) =>
  `<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[${name}]]></Event>`

describe("what a person says", () => {
  it.effect("is pushed in its own form, and media of it can be had", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.does(wechat.openid, "messages", { content: "好", menuId: "101" })
      assert.include(yield* wechat.heard(1), "<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>")
      yield* wechat.does(wechat.openid, "messages", { type: "image" })
      assert.match(
        yield* wechat.heard(2),
        /<PicUrl><!\[CDATA\[http.*\]\]><\/PicUrl><MsgId>\d{19}<\/MsgId><MediaId>/
      )
      yield* wechat.does(wechat.openid, "messages", { type: "voice" })
      assert.match(
        yield* wechat.heard(3),
        /<Format><!\[CDATA\[amr\]\]><\/Format>.*<Recognition><!\[CDATA\[\]\]><\/Recognition>$/
      )
      yield* wechat.does(wechat.openid, "messages", { type: "shortvideo" })
      assert.match(yield* wechat.heard(4), /shortvideo.*<ThumbMediaId><!\[CDATA\[\w{64}\]\]>/)
      const place = { type: "location", latitude: 23.1291, longitude: 113.2644, label: "广州塔" }
      yield* wechat.does(wechat.openid, "messages", place)
      assert.include(
        yield* wechat.heard(5),
        "<Location_X>23.1291</Location_X><Location_Y>113.2644</Location_Y><Scale>16</Scale>"
      )
      const link = { type: "link", title: "文章", description: "…", url: "https://a.example/" }
      yield* wechat.does(wechat.openid, "messages", link)
      assert.include(yield* wechat.heard(6), "<Url><![CDATA[https://a.example/]]></Url>")
    })
  )

  it.effect("must be something that can be said", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const status = (body: object) =>
        Effect.map(wechat.does(wechat.openid, "messages", body), (reply) => reply.status)
      assert.strictEqual(yield* status({}), 400)
      assert.strictEqual(yield* status({ type: "telepathy" }), 400)
      assert.strictEqual((yield* wechat.does("oNobody", "messages", { content: "?" })).status, 404)
    })
  )
})

describe("what a person does", () => {
  it.effect("follow and unfollow are heard once each, and change who is a follower", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { silentOpenid } = wechat
      yield* wechat.does(silentOpenid, "follow")
      yield* wechat.does(silentOpenid, "follow")
      assert.strictEqual(
        yield* wechat.heard(1),
        `${event("subscribe")}<EventKey><![CDATA[]]></EventKey>`
      )
      const info = wechat.get("/cgi-bin/user/info", { openid: silentOpenid })
      assert.strictEqual((yield* info).subscribe, 1)
      yield* wechat.does(silentOpenid, "unfollow")
      assert.include(yield* wechat.heard(2), event("unsubscribe"))
      assert.strictEqual((yield* info).subscribe, 0)
      assert.lengthOf(wechat.arrivals, 2)
    })
  )

  it.effect("a location is told of a follower to a service account", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const at = { latitude: 39.9087, longitude: 116.3975 }
      yield* wechat.does(wechat.silentOpenid, "location", at)
      yield* wechat.does(wechat.openid, "location", at)
      assert.include(
        yield* wechat.heard(1),
        `${event("LOCATION")}<Latitude><![CDATA[39.908700]]></Latitude>`
      )
      assert.lengthOf(wechat.arrivals, 1)
    })
  )

  it.effect("events of the account's own are pushed on demand", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const named = { Event: "annual_renew", ExpiredTime: 1795492800 }
      yield* wechat.does(wechat.openid, "event", { event: named })
      assert.strictEqual(
        yield* wechat.heard(1),
        `${event("annual_renew")}<ExpiredTime>1795492800</ExpiredTime>`
      )
    })
  )

  it.effect("to a mini program that wants JSON is told in JSON", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { callbackToken: token, encodingAesKey: aesKey, miniAppid } = wechat.credentials
      const callback = { url: "http://gateway.example.com/mini", token, aesKey, mode: "secure" }
      yield* wechat.portal({ callback: { ...callback, format: "json" }, verify: false }, miniAppid)
      yield* wechat.does(wechat.openid, "messages", { content: "{}", appid: miniAppid })
      yield* wechat.heard(1)
      const headers = wechat.arrivals[0]?.headers ?? {}
      assert.strictEqual(headers["content-type"], "application/json")
      const { message = "", suffix } = taken(wechat.arrivals[0] ?? { url: "", text: "" }, aesKey)
      assert.strictEqual(suffix, miniAppid)
      assert.match(message, /"MsgType":"text","Content":"\{\}","MsgId":\d{19}\}$/)
    })
  )
})
