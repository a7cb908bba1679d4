import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPhone } from "../../support/held-phone.ts"

const browser = { accept: "text/html", host: "127.0.0.1:3003" }
const back = "http://localhost:3000/login/wechat"

const open = Effect.gen(function* () {
  const phone = yield* openPhone
  const { appid, websiteAppid, websiteSecret } = phone.credentials
  const go = (target: string, cookie = "", body?: string) =>
    phone.request(body === undefined ? "GET" : "POST", target, Buffer.from(body ?? ""), {
      ...browser,
      cookie
    })
  const query = (appid: string, scope: string) =>
    new URLSearchParams({
      ...{ appid, redirect_uri: back, response_type: "code", scope, state: "S7" }
    })
  return {
    ...phone,
    go,
    /** The cookie that looking at somebody's phone leaves in a browser. */
    phoneOf: (as: string) =>
      Effect.map(
        phone.say("GET", `/phone?as=${as}`),
        ({ headers }) => headers["set-cookie"]?.split(";")[0] ?? ""
      ),
    authorize: `/connect/oauth2/authorize?${query(appid, "snsapi_userinfo")}`,
    qrconnect: `/connect/qrconnect?${query(websiteAppid, "snsapi_login")}`,
    whoIs: (location = "") =>
      Effect.map(
        phone.ask("GET", "/sns/oauth2/access_token", {
          ...{ appid: websiteAppid, secret: websiteSecret, grant_type: "authorization_code" },
          code: new URL(location).searchParams.get("code") ?? ""
        }),
        ({ json }) => json
      )
  }
})

describe("an OAuth page on the phone", () => {
  it.effect("asks the person whose phone the browser looked at last", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const first = yield* phone.go(phone.authorize, yield* phone.phoneOf(phone.openid))
      assert.include(first.text, "林小雨")
      const second = yield* phone.go(phone.authorize, yield* phone.phoneOf(phone.silentOpenid))
      assert.include(second.text, "周建国")
      for (const button of ["允许", "拒绝", "快照页"]) assert.include(second.text, button)
      assert.isBelow(Buffer.byteLength(second.text), 50_000)
    })
  )

  it.effect("leads back with a code, or nowhere", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const cookie = yield* phone.phoneOf(phone.silentOpenid)
      const { headers } = yield* phone.go(phone.authorize, cookie, "decision=approve")
      assert.match(
        headers.location ?? "",
        /^http:\/\/localhost:3000\/login\/wechat\?code=\w+&state=S7$/
      )
      const denied = yield* phone.go(phone.authorize, cookie, "decision=deny")
      assert.include(denied.text, "已取消授权")
      assert.include(denied.text, 'href="/phone"')
    })
  )
})

describe("a login QR", () => {
  it.effect("is scanned and agreed to on the phone, and the desktop's page goes on", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const cookie = yield* phone.phoneOf(phone.silentOpenid)
      const shown = yield* phone.go(phone.qrconnect)
      assert.include(shown.text, "<svg")
      const [, confirm = ""] = /href="(http[^"]*\/connect\/confirm[^"]*)"/.exec(shown.text) ?? []
      const next = /content="2;url=([^"]*)"/.exec(shown.text)?.[1]?.replaceAll("&amp;", "&") ?? ""
      assert.include(yield* phone.page("/phone/scan"), new URL(confirm).search)
      const scanned = yield* phone.press("scan", { code: confirm }, phone.silentOpenid)
      assert.strictEqual(scanned.headers.location, confirm)
      const { pathname, search } = new URL(confirm)
      assert.include((yield* phone.go(pathname + search, cookie)).text, "周建国")
      assert.include((yield* phone.go(next)).text, "扫描成功")
      yield* phone.go(pathname + search, cookie, "decision=approve")
      const gone = yield* phone.go(next)
      assert.strictEqual(gone.status, 302)
      assert.match(gone.headers.location ?? "", /&state=S7$/)
      const { openid, unionid } = yield* phone.whoIs(gone.headers.location)
      const { users } = yield* phone.control("GET", "/users")
      assert.deepInclude(
        users.map((user: { openids: object; unionid: string; openid: string }) => ({
          openid: user.openid,
          unionid: user.unionid
        })),
        { openid: phone.silentOpenid, unionid }
      )
      assert.notStrictEqual(openid, phone.silentOpenid)
      assert.include((yield* phone.go(next)).text, "已失效", "a login is gone on with once")
    })
  )

  it.effect("belongs to who scanned it first, and may be refused", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const [mine, others] = [
        yield* phone.phoneOf(phone.openid),
        yield* phone.phoneOf(phone.silentOpenid)
      ]
      const shown = (yield* phone.go(phone.qrconnect)).text
      const confirm = /\/connect\/confirm\?uuid=\w+/.exec(shown)?.[0] ?? ""
      const next = /content="2;url=([^"]*)"/.exec(shown)?.[1]?.replaceAll("&amp;", "&") ?? ""
      yield* phone.go(confirm, mine)
      assert.include((yield* phone.go(confirm, others)).text, "已失效")
      assert.include((yield* phone.go(confirm, others, "decision=approve")).text, "已失效")
      assert.include((yield* phone.go(confirm, mine, "decision=deny")).text, "已取消授权")
      assert.include((yield* phone.go(next)).text, "已取消授权")
    })
  )

  it.effect("is good for five minutes", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const shown = (yield* phone.go(phone.qrconnect)).text
      const confirm = /\/connect\/confirm\?uuid=\w+/.exec(shown)?.[0] ?? ""
      yield* phone.pass(299)
      assert.include((yield* phone.go(confirm)).text, "同意")
      yield* phone.pass(1)
      assert.include((yield* phone.go(confirm, "", "decision=approve")).text, "已失效")
      assert.include((yield* phone.go("/connect/confirm?uuid=nothing")).text, "已失效")
    })
  )
})
