import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

type Wechat = Effect.Success<ReturnType<typeof openPlatform>>

const back = "http://localhost:3000/login/wechat"

/** The address of the page, as an SDK writes it. */
const page = (wechat: Wechat, scope = "snsapi_userinfo", more: Record<string, string> = {}) => {
  const { appid } = wechat.credentials
  const query = { appid, redirect_uri: back, response_type: "code", scope, state: "S7" }
  return `/connect/oauth2/authorize?${new URLSearchParams({ ...query, ...more })}`
}

const look = (wechat: Wechat, target: string, headers: Record<string, string> = {}) =>
  wechat.request("GET", target, new Uint8Array(), headers)

/** Goes through the page as a program does, and comes back with the address it is sent to. */
const comeBack = Effect.fnUntraced(function* (wechat: Wechat, target: string, cookie = "") {
  const reply = yield* look(wechat, target, { cookie })
  assert.strictEqual(reply.status, 302)
  return new URL(reply.headers.location ?? "")
})

const codeOf = (url: URL) => url.searchParams.get("code") ?? ""

const exchange = (
  wechat: Wechat,
  code: string,
  { appid, secret }: { appid: string; secret: string } = wechat.credentials
) =>
  wechat.ask("GET", "/sns/oauth2/access_token", {
    ...{ appid, secret, code, grant_type: "authorization_code" }
  })

describe("the authorize page", () => {
  it.effect("sends a person back with a code and the state as it was", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const url = yield* comeBack(wechat, page(wechat, "snsapi_base"))
      assert.strictEqual(url.origin + url.pathname, back)
      assert.strictEqual(url.searchParams.get("state"), "S7")
      const { json, headers } = yield* exchange(wechat, codeOf(url))
      assert.strictEqual(headers["content-type"], "text/plain")
      assert.deepStrictEqual(
        { ...json, access_token: "", refresh_token: "" },
        {
          access_token: "",
          expires_in: 7200,
          refresh_token: "",
          openid: wechat.credentials.openid,
          scope: "snsapi_base"
        }
      )
    })
  )

  const wrong: ReadonlyArray<readonly [number, string, Record<string, string>]> = [
    [10003, "a host that is not exactly the account's", { redirect_uri: "http://a.localhost/" }],
    [10003, "no address at all", { redirect_uri: "localhost" }],
    [10005, "a scope that is none", { scope: "snsapi_login" }],
    [10010, "an empty scope", { scope: "" }],
    [10011, "an empty redirect_uri", { redirect_uri: "" }],
    [10012, "an empty appid", { appid: "" }],
    [10013, "a state of more than 128 characters", { state: "a".repeat(129) }],
    [10013, "a state that is not letters and digits", { state: "a/b" }]
  ]
  it.effect.each(wrong)("shows %i for %s", ([number, , more]) =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const reply = yield* look(wechat, page(wechat, "snsapi_userinfo", more))
      assert.strictEqual(reply.status, 200)
      assert.include(reply.headers["content-type"], "text/html")
      assert.include(reply.text, String(number))
    })
  )

  it.effect(
    "is for certified service accounts alone; a website's appid has a page of its own",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openPlatform()
        const appid = wechat.credentials.websiteAppid
        assert.include((yield* look(wechat, page(wechat, "snsapi_base", { appid }))).text, "10016")
        yield* wechat.portal({ certified: false })
        assert.include((yield* look(wechat, page(wechat))).text, "10005")
        yield* wechat.portal({ certified: true, kind: "subscription" })
        assert.include((yield* look(wechat, page(wechat))).text, "10005")
      })
  )

  it.effect("asks whoever looks at it in a browser, unless it is told what people say", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const browser = { accept: "text/html,*/*" }
      assert.strictEqual((yield* look(wechat, page(wechat), browser)).status, 200)
      const said = (decision: string) =>
        wechat.request("POST", page(wechat), Buffer.from(`decision=${decision}`), {})
      assert.strictEqual((yield* said("approve")).status, 302)
      assert.strictEqual((yield* said("deny")).status, 200)
      yield* wechat.control("PUT", "/settings", { consent: "approve" })
      assert.strictEqual((yield* look(wechat, page(wechat), browser)).status, 302)
      yield* wechat.control("PUT", "/settings", { consent: "deny" })
      assert.strictEqual((yield* look(wechat, page(wechat), browser)).status, 200)
      assert.strictEqual(
        (yield* look(wechat, page(wechat, "snsapi_base"), browser)).status,
        302,
        "a silent login asks nobody"
      )
    })
  )

  it.effect("knows a browser by the phone it shows", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { silentOpenid } = wechat.credentials
      const url = yield* comeBack(wechat, page(wechat), `a=1; phone=${silentOpenid}`)
      assert.strictEqual((yield* exchange(wechat, codeOf(url))).json.openid, silentOpenid)
    })
  )

  it.effect("opens a snapshot with a virtual account that says so and has no unionid", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      yield* wechat.control("PUT", "/settings", { consent: "snapshot" })
      const { json } = yield* exchange(wechat, codeOf(yield* comeBack(wechat, page(wechat))))
      assert.strictEqual(json.is_snapshotuser, 1)
      assert.notStrictEqual(json.openid, wechat.credentials.openid)
      assert.isUndefined(json.unionid)
      const { access_token, openid } = json
      const told = yield* wechat.ask("GET", "/sns/userinfo", { access_token, openid })
      assert.strictEqual(told.json.nickname, "微信用户")
    })
  )

  it.effect("makes the browser come back twice by a fault, unless connect_redirect is said", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const browser = { accept: "text/html" }
      yield* wechat.control("PUT", "/settings", { consent: "approve" })
      yield* wechat.control("PUT", "/faults", { fault: "twice" })
      const once = yield* look(
        wechat,
        page(wechat, "snsapi_base", { connect_redirect: "1" }),
        browser
      )
      assert.strictEqual(once.status, 302)
      const twice = yield* look(wechat, page(wechat), browser)
      assert.strictEqual(twice.text.split("login/wechat?code=").length, 3)
    })
  )
})

describe("a code", () => {
  it.effect("is good once, and only for its own account", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const given = codeOf(yield* comeBack(wechat, page(wechat)))
      const { miniAppid, miniSecret } = wechat.credentials
      const stranger = { appid: miniAppid, secret: miniSecret }
      assert.strictEqual(code(yield* exchange(wechat, given, stranger)), 40029)
      assert.strictEqual(code(yield* exchange(wechat, given)), 0)
      assert.strictEqual(code(yield* exchange(wechat, given)), 40163)
      assert.strictEqual(code(yield* exchange(wechat, "made-up")), 40029)
      assert.strictEqual(code(yield* exchange(wechat, "")), 41008)
    })
  )

  it.effect("lives for five minutes; one of a website or an app for ten", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { openid, websiteAppid, websiteSecret, appAppid, appSecret } = wechat.credentials
      const web = `/connect/qrconnect?${new URLSearchParams({
        ...{ appid: websiteAppid, redirect_uri: back, response_type: "code" },
        ...{ scope: "snsapi_login", state: "S7" }
      })}`
      const inApp = wechat.control("POST", `/users/${openid}/authorize`, { appid: appAppid })
      const late = codeOf(yield* comeBack(wechat, page(wechat)))
      const website = { appid: websiteAppid, secret: websiteSecret }
      const app = { appid: appAppid, secret: appSecret }
      const given = [codeOf(yield* comeBack(wechat, web)), (yield* inApp).code]
      const tooLate = [codeOf(yield* comeBack(wechat, web)), (yield* inApp).code]
      yield* wechat.pass(300)
      assert.strictEqual(code(yield* exchange(wechat, late)), 40029)
      const [first, second] = [
        (yield* exchange(wechat, given[0], website)).json,
        (yield* exchange(wechat, given[1], app)).json
      ]
      assert.notStrictEqual(first.openid, second.openid)
      assert.strictEqual(first.unionid, second.unionid)
      yield* wechat.pass(300)
      assert.strictEqual(code(yield* exchange(wechat, tooLate[0], website)), 40029)
      assert.strictEqual(code(yield* exchange(wechat, tooLate[1], app)), 40029)
    })
  )
})

describe("a user token", () => {
  const granted = Effect.fnUntraced(function* (wechat: Wechat, scope = "snsapi_userinfo") {
    return (yield* exchange(wechat, codeOf(yield* comeBack(wechat, page(wechat, scope))))).json
  })

  it.effect("tells who somebody is, with a scope that allows it", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { access_token, openid, unionid } = yield* granted(wechat)
      const told = yield* wechat.ask("GET", "/sns/userinfo", { access_token, openid })
      assert.strictEqual(told.headers["content-type"], "text/plain")
      assert.deepStrictEqual(told.json, {
        ...{ openid, nickname: "林小雨", sex: 0, language: "", city: "", province: "" },
        ...{ country: "", headimgurl: "", privilege: [], unionid }
      })
      const silent = yield* granted(wechat, "snsapi_base")
      assert.strictEqual(code(yield* wechat.ask("GET", "/sns/userinfo", silent)), 48001)
    })
  )

  it.effect("belongs to one person, and is none of the backend's tokens", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { access_token, openid } = yield* granted(wechat)
      const auth = (query: Record<string, string>) =>
        Effect.map(wechat.ask("GET", "/sns/auth", query), ({ json }) => json)
      assert.deepStrictEqual(yield* auth({ access_token, openid }), { errcode: 0, errmsg: "ok" })
      const { silentOpenid } = wechat.credentials
      assert.strictEqual(code(yield* auth({ access_token, openid: silentOpenid })), 40003)
      assert.strictEqual(code(yield* auth({ access_token: yield* wechat.token(), openid })), 40001)
      assert.strictEqual(
        code(yield* wechat.ask("GET", "/cgi-bin/user/info", { access_token, openid })),
        40014
      )
    })
  )

  it.effect("is renewed for thirty days: the same while it lives, another when it is dead", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { access_token, openid, refresh_token } = yield* granted(wechat)
      const { appid } = wechat.credentials
      const refresh = wechat.ask("GET", "/sns/oauth2/refresh_token", {
        ...{ appid, grant_type: "refresh_token", refresh_token }
      })
      yield* wechat.pass(7000)
      assert.strictEqual((yield* refresh).json.access_token, access_token)
      yield* wechat.pass(7199)
      assert.strictEqual(code(yield* wechat.ask("GET", "/sns/auth", { access_token, openid })), 0)
      yield* wechat.pass(1)
      assert.strictEqual(
        code(yield* wechat.ask("GET", "/sns/auth", { access_token, openid })),
        42001
      )
      assert.notStrictEqual((yield* refresh).json.access_token, access_token)
      yield* wechat.control("POST", "/clock", { advance: "30 days" })
      assert.strictEqual(code(yield* refresh), 42002)
    })
  )
})

describe("a person told to authorize", () => {
  it.effect("goes where the page sends them, or nowhere", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { silentOpenid } = wechat.credentials
      const url = `https://open.weixin.qq.com${page(wechat)}#wechat_redirect`
      const authorize = (body: object) =>
        wechat.say("POST", `/control/users/${silentOpenid}/authorize`, body)
      const { json } = yield* authorize({ url })
      assert.strictEqual(new URL(json.redirect).searchParams.get("code"), json.code)
      assert.strictEqual((yield* exchange(wechat, json.code)).json.openid, silentOpenid)
      assert.deepStrictEqual((yield* authorize({ url, decision: "deny" })).json, {})
      yield* wechat.portal({ oauthDomain: "elsewhere.example" })
      assert.strictEqual((yield* authorize({ url })).status, 409)
      assert.strictEqual(
        (yield* wechat.say("POST", "/control/users/oNobody/authorize", { url })).status,
        404
      )
    })
  )
})
