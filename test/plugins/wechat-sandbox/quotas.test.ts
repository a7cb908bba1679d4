import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

const path = "/cgi-bin/user/get"

describe("quotas", () => {
  it.effect("count the day's calls, end in 45009, and begin anew at Beijing's midnight", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      yield* wechat.portal({ quotas: { [path]: 3 } })
      for (let call = 0; call < 3; call++) assert.strictEqual(code(yield* wechat.get(path)), 0)
      assert.strictEqual(code(yield* wechat.get(path)), 45009)
      const quota = wechat.post("/cgi-bin/openapi/quota/get", { cgi_path: path })
      assert.deepStrictEqual(yield* quota, {
        ...{ errcode: 0, errmsg: "ok", quota: { daily_limit: 3, used: 3, remain: 0 } }
      })
      yield* wechat.control("POST", "/clock", { advance: 12 * 3600 - 1 })
      assert.strictEqual(code(yield* wechat.get(path)), 45009)
      yield* wechat.pass(1)
      assert.strictEqual(code(yield* wechat.get(path)), 0)
    })
  )

  it.effect("are cleared ten times a month, also when there is no token left", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { appid, secret } = wechat.credentials
      yield* wechat.portal({ quotas: { [path]: 1 } })
      const clear = wechat.post("/cgi-bin/clear_quota", { appid })
      yield* wechat.get(path)
      assert.strictEqual(code(yield* clear), 0)
      assert.strictEqual(code(yield* wechat.get(path)), 0)
      const one = wechat.post("/cgi-bin/openapi/quota/clear", { cgi_path: path })
      assert.strictEqual(code(yield* one), 0)
      assert.strictEqual(code(yield* wechat.get(path)), 0)
      const v2 = (appsecret: string) =>
        wechat.ask("POST", "/cgi-bin/clear_quota/v2", {}, { appid, appsecret })
      assert.strictEqual(code(yield* v2("0")), 40125)
      for (let time = 2; time < 10; time++) assert.strictEqual(code(yield* v2(secret)), 0)
      assert.strictEqual(code(yield* v2(secret)), 48006)
      assert.strictEqual(code(yield* clear), 48006)
      assert.strictEqual(
        code(yield* wechat.post("/cgi-bin/clear_quota", { appid: "wx0000" })),
        40013
      )
    })
  )
})

describe("a ticket for pages", () => {
  it.effect("is the same for two hours, and good for signing what the account's hosts show", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { appid } = wechat.credentials
      const get = wechat.get("/cgi-bin/ticket/getticket", { type: "jsapi" })
      const { errcode, expires_in, ticket } = yield* get
      assert.deepStrictEqual([errcode, expires_in], [0, 7200])
      yield* wechat.pass(7199)
      const same = yield* get
      assert.deepStrictEqual([same.ticket, same.expires_in], [ticket, 1])

      const verdict = Effect.fnUntraced(function* (url: string, signs = url.split("#")[0]) {
        const text = `jsapi_ticket=${ticket}&noncestr=Wm3W&timestamp=1795492800&url=${signs}`
        const signature = createHash("sha1").update(text).digest("hex")
        const config = { url, timestamp: "1795492800", nonceStr: "Wm3W", signature }
        const said = yield* wechat.control("POST", `/accounts/${appid}/js-config`, config)
        return said.errMsg
      })
      const page = "http://localhost:3000/share/7?from=timeline"
      assert.strictEqual(yield* verdict(`${page}#comments`), "config:ok")
      assert.strictEqual(yield* verdict(page, `${page}#`), "config:invalid signature")
      assert.strictEqual(yield* verdict("http://elsewhere.example/"), "config:invalid url domain")
      yield* wechat.pass(1)
      assert.strictEqual(yield* verdict(page), "config:invalid signature")
      assert.notStrictEqual((yield* get).ticket, ticket)
      assert.strictEqual(
        code(yield* wechat.ask("GET", path, { access_token: ticket })),
        40014,
        "a ticket is no token"
      )
      assert.strictEqual(
        code(yield* wechat.get("/cgi-bin/ticket/getticket", { type: "bus" })),
        40097
      )
    })
  )
})

describe("what WeChat offers no more, or of itself", () => {
  it.effect("voice recognition is closed", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      for (const name of ["addvoicetorecofortext", "queryrecoresultfortext"])
        assert.strictEqual(code(yield* wechat.post(`/cgi-bin/media/voice/${name}`, "")), 45103)
    })
  )

  it.effect("the addresses it calls from are told", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      for (const name of ["getcallbackip", "get_api_domain_ip"])
        assert.deepStrictEqual(yield* wechat.get(`/cgi-bin/${name}`), { ip_list: ["127.0.0.1"] })
    })
  )
})
