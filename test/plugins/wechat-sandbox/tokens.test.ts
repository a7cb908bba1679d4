import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { temporaryFolder } from "../../support/wechat-sandbox.ts"

const classicOf = (wechat: Effect.Success<ReturnType<typeof openPlatform>>) => {
  const { appid, secret } = wechat.credentials
  const query = { grant_type: "client_credential", appid, secret }
  return Effect.map(
    wechat.ask("GET", "/cgi-bin/token", query),
    ({ json }): string => json.access_token
  )
}

const stableOf = (wechat: Effect.Success<ReturnType<typeof openPlatform>>, forced = false) => {
  const { appid, secret } = wechat.credentials
  const body = { grant_type: "client_credential", appid, secret, force_refresh: forced }
  return Effect.map(wechat.ask("POST", "/cgi-bin/stable_token", {}, body), ({ json }) => json)
}

const uses = (wechat: Effect.Success<ReturnType<typeof openPlatform>>, access_token: string) =>
  Effect.map(wechat.ask("GET", "/cgi-bin/user/get", { access_token }), code)

describe("a classic token", () => {
  it.effect("is new at each call; the one before lives on for five minutes, older ones die", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const [first, second] = [yield* classicOf(wechat), yield* classicOf(wechat)]
      assert.notStrictEqual(first, second)
      assert.deepStrictEqual([yield* uses(wechat, first), yield* uses(wechat, second)], [0, 0])
      yield* wechat.pass(299)
      assert.strictEqual(yield* uses(wechat, first), 0)
      yield* wechat.pass(1)
      assert.deepStrictEqual([yield* uses(wechat, first), yield* uses(wechat, second)], [40001, 0])
      yield* classicOf(wechat)
      yield* classicOf(wechat)
      assert.strictEqual(yield* uses(wechat, second), 40001)
    })
  )

  it.effect(
    "is 42001 when its two hours are over, 40014 when nobody issued it, 41001 when absent",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openPlatform()
        const token = yield* classicOf(wechat)
        yield* wechat.pass(7200)
        assert.strictEqual(yield* uses(wechat, token), 42001)
        assert.strictEqual(yield* uses(wechat, `${token}x`), 40014)
        assert.strictEqual(yield* uses(wechat, ""), 41001)
      })
  )
})

describe("a stable token", () => {
  it.effect("stays the same with less and less to live, until its last five minutes", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const first = yield* stableOf(wechat)
      assert.strictEqual(first.expires_in, 7200)
      yield* wechat.pass(6900)
      const same = yield* stableOf(wechat)
      assert.deepStrictEqual(same, { access_token: first.access_token, expires_in: 300 })
      yield* wechat.pass(1)
      const next = yield* stableOf(wechat)
      assert.notStrictEqual(next.access_token, first.access_token)
      assert.strictEqual(next.expires_in, 7200)
      assert.strictEqual(yield* uses(wechat, first.access_token), 0)
      yield* wechat.pass(300)
      assert.notStrictEqual(yield* uses(wechat, first.access_token), 0)
    })
  )

  it.effect("leaves the classic family alone, and is left alone by it", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const classic = yield* classicOf(wechat)
      const { access_token } = yield* stableOf(wechat)
      yield* stableOf(wechat, true)
      yield* wechat.pass(301)
      assert.strictEqual(yield* uses(wechat, classic), 0)
      yield* classicOf(wechat)
      yield* classicOf(wechat)
      assert.strictEqual(yield* uses(wechat, access_token), 40001)
      assert.strictEqual(yield* uses(wechat, (yield* stableOf(wechat)).access_token), 0)
    })
  )

  it.effect(
    "is renewed by force, not twice in thirty seconds; the second time kills a leaked one",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openPlatform()
        const leaked = (yield* stableOf(wechat)).access_token
        const second = (yield* stableOf(wechat, true)).access_token
        assert.notStrictEqual(second, leaked)
        yield* wechat.pass(29)
        assert.strictEqual((yield* stableOf(wechat, true)).access_token, second)
        assert.strictEqual(yield* uses(wechat, leaked), 0)
        yield* wechat.pass(1)
        const third = (yield* stableOf(wechat, true)).access_token
        assert.notStrictEqual(third, second)
        assert.deepStrictEqual(
          [yield* uses(wechat, leaked), yield* uses(wechat, second)],
          [40001, 0]
        )
      })
  )

  it.effect("is forced twenty times a day at most", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      yield* stableOf(wechat)
      for (let time = 0; time < 20; time++) {
        assert.strictEqual(code(yield* stableOf(wechat, true)), 0)
        yield* wechat.pass(30)
      }
      assert.strictEqual(code(yield* stableOf(wechat, true)), 45009)
      assert.strictEqual(code(yield* stableOf(wechat)), 0)
    })
  )

  it.effect("outlives the sandbox's process", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "sandbox.db")
      const token = Effect.flatMap(openPlatform(file), stableOf)
      const { access_token } = yield* Effect.scoped(token)
      assert.strictEqual(yield* uses(yield* openPlatform(file), access_token), 0)
    })
  )
})

describe("whoever asks for a token", () => {
  it.effect("must know who they are", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { appid, secret } = wechat.credentials
      const grant_type = "client_credential"
      const ask = (query: Record<string, string>) =>
        Effect.map(wechat.ask("GET", "/cgi-bin/token", query), code)
      assert.strictEqual(yield* ask({ appid, secret }), 40002)
      assert.strictEqual(yield* ask({ grant_type, secret }), 41002)
      assert.strictEqual(yield* ask({ grant_type, appid }), 41004)
      assert.strictEqual(yield* ask({ grant_type, appid: "wx0000", secret }), 40013)
      assert.strictEqual(yield* ask({ grant_type, appid, secret: "0" }), 40125)
      yield* wechat.portal({ frozen: true })
      assert.strictEqual(yield* ask({ grant_type, appid, secret }), 40243)
    })
  )

  it.effect(
    "must ask from an address of the whitelist; the answer names theirs and ends in a rid",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openPlatform()
        const { appid, secret } = wechat.credentials
        yield* wechat.portal({ ipWhitelist: ["203.0.113.9"] })
        const body = { grant_type: "client_credential", appid, secret }
        for (const { json } of [
          yield* wechat.ask("GET", "/cgi-bin/token", body),
          yield* wechat.ask("POST", "/cgi-bin/stable_token", {}, body)
        ]) {
          assert.strictEqual(json.errcode, 40164)
          assert.match(
            json.errmsg,
            /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/
          )
        }
        yield* wechat.portal({ ipWhitelist: ["127.0.0.1"] })
        assert.strictEqual(code(yield* wechat.ask("GET", "/cgi-bin/token", body)), 0)
      })
  )

  it.effect("asks by the right method, and finds the answer in a body of status 200", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      assert.strictEqual(code(yield* wechat.ask("GET", "/cgi-bin/stable_token")), 43002)
      const refused = yield* wechat.ask("POST", "/cgi-bin/token")
      assert.deepStrictEqual([refused.status, code(refused)], [200, 43001])
      assert.strictEqual(refused.headers["content-type"], "application/json; encoding=utf-8")
      assert.strictEqual(code(yield* wechat.ask("POST", "/cgi-bin/stable_token", {}, "")), 44002)
      assert.strictEqual(code(yield* wechat.ask("POST", "/cgi-bin/stable_token", {}, "{")), 47001)
      const escaped = '{"grant_type":"client\\u005fcredential"}'
      assert.strictEqual(
        code(yield* wechat.ask("POST", "/cgi-bin/stable_token", {}, escaped)),
        47002
      )
    })
  )
})
