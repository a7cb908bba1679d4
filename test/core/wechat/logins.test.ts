import { createCipheriv, hash } from "node:crypto"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import {
  exchangeMiniCode,
  isFromSession,
  openEncryptedData,
  phoneOf
} from "../../../core/wechat/mini-program.ts"
import {
  authorizeUrl,
  checkGrant,
  exchangeCode,
  profileOf,
  qrLoginUrl,
  refreshGrant
} from "../../../core/wechat/oauth.ts"
import { account } from "./account.ts"
import { answering, asked, asking, lost, one, refusal } from "./platform.ts"

const SECRET = "CANARY0123456789abcdef0123456789"
const mini = account({ name: "mini", kind: "mini-program" })
const ask = { redirectUri: "https://shop.example/login?a=1&b=2", state: "abc123" }

const granted = {
  access_token: "U-TOKEN",
  expires_in: 7200,
  refresh_token: "R-TOKEN",
  openid: "oTEST1",
  scope: "snsapi_userinfo",
  unionid: "uTEST1"
}
const grant = {
  openid: "oTEST1",
  unionid: "uTEST1",
  scopes: ["snsapi_userinfo"],
  isSnapshot: false,
  accessToken: Redacted.make("U-TOKEN"),
  refreshToken: Redacted.make("R-TOKEN"),
  lives: 7200
}

describe("the addresses that log people in", () => {
  it.effect("keep WeChat's order of parameters, encoded once", () =>
    Effect.gen(function* () {
      const redirect = "https%3A%2F%2Fshop.example%2Flogin%3Fa%3D1%26b%3D2"
      const { value: inside } = yield* answering(
        refusal(1),
        authorizeUrl(one, { ...ask, scope: "snsapi_base" })
      )
      assert.strictEqual(
        inside,
        `https://open.wechat.test/connect/oauth2/authorize?appid=${one.appid}&redirect_uri=${redirect}&response_type=code&scope=snsapi_base&state=abc123&connect_redirect=1#wechat_redirect`
      )
      const { value: desk } = yield* answering(refusal(1), qrLoginUrl(one, ask))
      assert.strictEqual(
        desk,
        `https://open.wechat.test/connect/qrconnect?appid=${one.appid}&redirect_uri=${redirect}&response_type=code&scope=snsapi_login&state=abc123#wechat_redirect`
      )
    })
  )

  it.effect.each(["", "a-b", "a".repeat(129), "a&scope=x"])("take no state like %j", (state) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(answering(refusal(1), qrLoginUrl(one, { ...ask, state })))
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})

describe("a login", () => {
  it.effect("exchanges its code for who came, under the account's secret and no token", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering({ json: granted }, exchangeCode(one, "CODE"))
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "GET",
          path: "/sns/oauth2/access_token",
          query: {
            appid: one.appid,
            secret: SECRET,
            code: "CODE",
            grant_type: "authorization_code"
          }
        }
      ])
      assert.deepStrictEqual(value, grant)
    })
  )

  it.effect("of a visitor to a snapshot says so", () =>
    Effect.gen(function* () {
      const { value } = yield* answering(
        { json: { ...granted, unionid: "", is_snapshotuser: 1 } },
        exchangeCode(one, "CODE")
      )
      assert.deepStrictEqual([value.isSnapshot, value.unionid], [true, undefined])
    })
  )

  it.effect.each([40029, 40163, 42003, 41008])(
    "whose code WeChat refuses with %i begins anew, and is not repeated",
    (code) =>
      Effect.gen(function* () {
        const { requests, result } = yield* asking(refusal(code), exchangeCode(one, "CODE"))
        assert.deepInclude(result._tag === "Failure" && result.failure, { code, class: "U" })
        assert.strictEqual(requests.length, 1)
      })
  )

  it.effect("whose answer got lost is not repeated: the code is used up", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(lost, exchangeCode(one, "CODE"))
      assert.deepInclude(result._tag === "Failure" && result.failure, { _tag: "WechatUnknown" })
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect("is refused before WeChat is asked, where the account may not", () =>
    Effect.gen(function* () {
      const small = account({ kind: "subscription" })
      const { requests, result } = yield* asking({ json: granted }, exchangeCode(small, "CODE"))
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 48001 })
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("is lengthened, checked and asked for its profile under the person's own token", () =>
    Effect.gen(function* () {
      const profile = { openid: "oTEST1", nickname: "小明", headimgurl: "", sex: 0, privilege: [] }
      const { requests, value } = yield* answering(
        ({ path }) => {
          if (path === "/sns/userinfo") return { json: profile }
          return { json: path === "/sns/auth" ? { errcode: 0, errmsg: "ok" } : granted }
        },
        Effect.gen(function* () {
          const longer = yield* refreshGrant(one, grant.refreshToken)
          yield* checkGrant(one, longer)
          return yield* profileOf(one, longer)
        })
      )
      assert.deepStrictEqual(value, {
        openid: "oTEST1",
        unionid: undefined,
        nickname: "小明",
        picture: undefined
      })
      assert.deepStrictEqual(
        requests.map(({ path, query }) => [path, query]),
        [
          [
            "/sns/oauth2/refresh_token",
            { appid: one.appid, grant_type: "refresh_token", refresh_token: "R-TOKEN" }
          ],
          ["/sns/auth", { access_token: "U-TOKEN", openid: "oTEST1" }],
          ["/sns/userinfo", { access_token: "U-TOKEN", openid: "oTEST1", lang: "zh_CN" }]
        ]
      )
    })
  )

  it.effect.each([40001, 40014, 42001, 42002, 40030, 42007])(
    "whose grant has ended (%i) begins anew; the account's own token is left alone",
    (code) =>
      Effect.gen(function* () {
        const { requests, result } = yield* asking(refusal(code), profileOf(one, grant))
        assert.deepInclude(result._tag === "Failure" && result.failure, { code, class: "U" })
        assert.strictEqual(requests.length, 1)
      })
  )
})

describe("a mini program", () => {
  const said = { openid: "oMP1", session_key: "tiihtNczf5v6AKRyjwEUhQ==", expires_in: 7200 }

  it.effect("exchanges its code for a session whose key does not show", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering({ json: said }, exchangeMiniCode(mini, "CODE"), [
        mini
      ])
      assert.deepStrictEqual(requests[0]?.query, {
        appid: mini.appid,
        secret: SECRET,
        js_code: "CODE",
        grant_type: "authorization_code"
      })
      assert.deepStrictEqual([value.openid, value.unionid], ["oMP1", undefined])
      assert.notInclude(JSON.stringify(value), "tiiht")
    })
  )

  it.effect("one person's quota of logins is nobody else's", () =>
    Effect.gen(function* () {
      const { requests } = yield* answering(
        (_, count) => (count === 1 ? refusal(45011) : { json: said }),
        Effect.andThen(
          Effect.flip(exchangeMiniCode(mini, "CODE-1")),
          exchangeMiniCode(mini, "CODE-2")
        ),
        [mini]
      )
      assert.strictEqual(requests.length, 2)
    })
  )

  it.effect("asks for the phone number that a person gave", () =>
    Effect.gen(function* () {
      const json = {
        errcode: 0,
        phone_info: {
          phoneNumber: "+8613800000000",
          purePhoneNumber: "13800000000",
          countryCode: "86"
        }
      }
      const { value } = yield* answering({ json }, phoneOf(mini, "CODE"), [mini])
      assert.deepStrictEqual(value, { countryCode: "86", number: "13800000000" })
    })
  )

  const sessionKey = Redacted.make("tiihtNczf5v6AKRyjwEUhQ==")
  it("tells its session's data from another's", () => {
    const signature = hash("sha1", `{"nickName":"小明"}${Redacted.value(sessionKey)}`)
    assert.isTrue(isFromSession({ sessionKey }, '{"nickName":"小明"}', signature))
    assert.isFalse(isFromSession({ sessionKey }, '{"nickName":"小红"}', signature))
    assert.isFalse(isFromSession({ sessionKey }, '{"nickName":"小明"}', signature.slice(1)))
  })

  it("opens WeChat's own worked example, for its own appid only", () => {
    const file = new URL("../../fixtures/wechat/wechat-crypto.json", import.meta.url)
    const { vectors } = JSON.parse(readFileSync(file, "utf8"))
    const found = vectors.filter(({ kind }: { kind: string }) => kind === "wxa-decrypt")
    assert.isAtLeast(found.length, 1)
    for (const { encryptedData, expected_watermark_appid, iv, session_key } of found) {
      const session = { sessionKey: Redacted.make(session_key) }
      const open = (appid: string) => openEncryptedData({ appid }, session, { encryptedData, iv })
      const { nickName, watermark } = Option.getOrThrow(open(expected_watermark_appid))
      assert.strictEqual(watermark.appid, expected_watermark_appid)
      assert.strictEqual(nickName, "Band")
      assert.isTrue(Option.isNone(open("wx0000000000000000")))
    }
  })

  it("opens nothing that is malformed, foreign or without a watermark", () => {
    const appid = mini.appid
    const iv = Buffer.alloc(16).toString("base64")
    const seal = (plain: string) => {
      const key = Buffer.from(Redacted.value(sessionKey), "base64")
      const cipher = createCipheriv("aes-128-cbc", key, Buffer.from(iv, "base64"))
      return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64")
    }
    const open = (encryptedData: string, key = sessionKey, vector = iv) =>
      Option.isSome(
        openEncryptedData({ appid }, { sessionKey: key }, { encryptedData, iv: vector })
      )
    const good = seal(JSON.stringify({ watermark: { appid } }))
    assert.isTrue(open(good))
    assert.isFalse(open(good, Redacted.make(Buffer.alloc(16).toString("base64"))))
    assert.isFalse(open(good, Redacted.make("short")))
    assert.isFalse(open(good, sessionKey, ""))
    assert.isFalse(open(good.slice(4)))
    assert.isFalse(open(""))
    assert.isFalse(open(seal("{}")))
    assert.isFalse(open(seal("no JSON")))
    assert.isFalse(open("A".repeat(70_000)))
  })
})
