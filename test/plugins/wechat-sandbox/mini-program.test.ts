import { createDecipheriv } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

describe("a mini program's login", () => {
  it.effect("gives openid, session key and unionid once, without an errcode", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { miniAppid, miniSecret, openid } = wechat.credentials
      const {
        code: js_code,
        encryptedData,
        iv
      } = yield* wechat.control("POST", `/users/${openid}/authorize`, {
        appid: miniAppid
      })
      const query = { appid: miniAppid, secret: miniSecret, js_code }
      const ask = wechat.ask("GET", "/sns/jscode2session", {
        ...{ ...query, grant_type: "authorization_code" }
      })
      const { json, headers } = yield* ask
      assert.strictEqual(headers["content-type"], "text/plain")
      assert.deepStrictEqual(Object.keys(json), ["openid", "session_key", "unionid"])
      assert.lengthOf(Buffer.from(json.session_key, "base64"), 16)
      const { users } = yield* wechat.control("GET", "/users")
      assert.strictEqual(json.openid, users[0].openids[miniAppid])
      assert.strictEqual(json.unionid, users[0].unionid)
      assert.strictEqual(code(yield* ask), 40163)

      const key = Buffer.from(json.session_key, "base64")
      const cipher = createDecipheriv("aes-128-cbc", key, Buffer.from(iv, "base64"))
      const inside = JSON.parse(
        cipher.update(encryptedData, "base64", "utf8") + cipher.final("utf8")
      )
      assert.deepStrictEqual(
        [inside.openId, inside.nickName, inside.watermark.appid],
        [json.openid, "林小雨", miniAppid]
      )
    })
  )
})
