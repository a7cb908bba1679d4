import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { callbackToken: token } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  return {
    ...wechat,
    create: (action_name: string, scene: object, more: object = {}) =>
      wechat.post("/cgi-bin/qrcode/create", { action_name, action_info: { scene }, ...more }),
    scan: (openid: string, qr: string) =>
      wechat.say("POST", `/control/users/${openid}/scan`, { qr }),
    heard: Effect.fnUntraced(function* (count: number) {
      const { arrivals } = wechat.network
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "", text: "" }).text
    })
  }
})

describe("a QR with a scene", () => {
  it.effect("makes a stranger follow, and tells a follower's scan without the prefix", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { openid, silentOpenid } = wechat.credentials
      const { expire_seconds, ticket, url } = yield* wechat.create(
        "QR_STR_SCENE",
        { scene_str: "table_7:b" },
        { expire_seconds: 604_800 }
      )
      assert.strictEqual(expire_seconds, 604_800)
      yield* wechat.scan(silentOpenid, ticket)
      assert.include(
        yield* wechat.heard(1),
        `<Event><![CDATA[subscribe]]></Event><EventKey><![CDATA[qrscene_table_7:b]]></EventKey><Ticket><![CDATA[${ticket}]]></Ticket>`
      )
      const info = yield* wechat.get("/cgi-bin/user/info", { openid: silentOpenid })
      assert.deepStrictEqual(
        [info.subscribe_scene, info.qr_scene, info.qr_scene_str],
        ["ADD_SCENE_QR_CODE", 0, "table_7:b"]
      )
      yield* wechat.scan(openid, url)
      assert.include(
        yield* wechat.heard(2),
        "<Event><![CDATA[SCAN]]></Event><EventKey><![CDATA[table_7:b]]></EventKey>"
      )
    })
  )

  it.effect("ends with its time, or never; a permanent scene keeps its one QR", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { openid } = wechat.credentials
      const short = yield* wechat.create("QR_SCENE", { scene_id: 7 })
      assert.strictEqual(short.expire_seconds, 60)
      const long = yield* wechat.create("QR_LIMIT_SCENE", { scene_id: 7 })
      assert.deepStrictEqual(Object.keys(long), ["ticket", "url"])
      yield* wechat.pass(60)
      assert.strictEqual((yield* wechat.scan(openid, short.ticket)).status, 404)
      assert.strictEqual((yield* wechat.scan(openid, long.ticket)).status, 200)
      assert.deepStrictEqual(yield* wechat.create("QR_LIMIT_SCENE", { scene_id: 7 }), long)
      const other = yield* wechat.create("QR_LIMIT_STR_SCENE", { scene_str: "7" })
      assert.notStrictEqual(other.ticket, long.ticket)
    })
  )

  it.effect("is shown to everybody by its ticket; any other is not found", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const { ticket } = yield* wechat.create("QR_SCENE", { scene_id: 1 })
      const show = (ticket: string) => wechat.ask("GET", "/cgi-bin/showqrcode", { ticket })
      assert.include((yield* show(ticket)).text, "<svg")
      assert.strictEqual((yield* show(`${ticket}x`)).status, 404)
    })
  )

  const wrong: ReadonlyArray<readonly [string, object]> = [
    ["QR_SCENE", { scene_id: 0 }],
    ["QR_SCENE", { scene_id: 2 ** 32 }],
    ["QR_LIMIT_SCENE", { scene_id: 100_001 }],
    ["QR_STR_SCENE", { scene_str: "" }],
    ["QR_LIMIT_STR_SCENE", { scene_str: "长".repeat(65) }],
    ["QR_FOREVER", { scene_id: 1 }]
  ]
  it.effect.each(wrong)("is refused for %s %j", ([action, scene]) =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.create(action, scene)), 40053)
    })
  )

  it.effect("is for certified service accounts", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.portal({ kind: "subscription" })
      assert.strictEqual(code(yield* wechat.create("QR_SCENE", { scene_id: 1 })), 48001)
    })
  )
})
