import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { exchangeMiniCode } from "../../../core/wechat/mini-program.ts"
import { authorizeUrl, exchangeCode, profileOf, qrLoginUrl } from "../../../core/wechat/oauth.ts"
import { personAt } from "../../../core/wechat/users.ts"
import { eachDatabase } from "../../support/database.ts"
import { pass } from "../../support/world.ts"
import { failed, open } from "./sandbox.ts"

eachDatabase("logins and tokens, against the sandbox's WeChat", (database) => {
  it.effect("four kinds of accounts log the same person in, and agree who that is", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const ask = { redirectUri: "http://weir.test/login/callback", state: "abc123" }
      const service = yield* world.of("service")
      const inside = yield* world.within(
        authorizeUrl(service, { ...ask, scope: "snsapi_userinfo" })
      )
      const grant = yield* world.within(
        exchangeCode(service, yield* world.authorize({ url: inside }))
      )
      assert.strictEqual(grant.openid, world.openid)
      const profile = yield* world.within(profileOf(service, grant))
      assert.isNotEmpty(profile.nickname)

      const website = yield* world.of("website")
      const desk = yield* world.within(qrLoginUrl(website, ask))
      const second = yield* world.within(
        exchangeCode(website, yield* world.authorize({ url: desk }))
      )

      const mini = yield* world.of("mini-program")
      const session = yield* world.within(
        exchangeMiniCode(mini, yield* world.authorize({ appid: mini.appid }))
      )
      const app = yield* world.of("app")
      const third = yield* world.within(
        exchangeCode(app, yield* world.authorize({ appid: app.appid }))
      )
      const unionids = [profile.unionid, second.unionid, session.unionid, third.unionid]
      assert.isString(profile.unionid)
      assert.strictEqual(new Set(unionids).size, 1)
      const openids = [grant, second, session, third].map(({ openid }) => openid)
      assert.strictEqual(new Set(openids).size, 4)
    })
  )

  it.effect("a code is good once, and a visitor to a snapshot is nobody", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const url = yield* world.within(
        authorizeUrl(service, {
          redirectUri: "http://weir.test/login/callback",
          state: "abc123",
          scope: "snsapi_userinfo"
        })
      )
      const code = yield* world.authorize({ url })
      yield* world.within(exchangeCode(service, code))
      assert.deepInclude(yield* failed(world.within(exchangeCode(service, code))), {
        code: 40163,
        class: "U"
      })
      const snapshot = yield* world.authorize({ url, decision: "snapshot" })
      const grant = yield* world.within(exchangeCode(service, snapshot))
      assert.isTrue(grant.isSnapshot)
      assert.notStrictEqual(grant.openid, world.openid)
    })
  )

  it.effect(
    "a token that dies in between costs nobody a call; a quota that is used up is waited for",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        const service = yield* world.of("service")
        yield* world.within(personAt(service, world.openid))
        yield* world.control("PUT", "/faults", { fault: "revoke" })
        yield* world.within(personAt(service, world.openid))

        yield* world.control("PUT", "/faults", { fault: "quota", path: "/cgi-bin/user/info" })
        const first = yield* failed(world.within(personAt(service, world.openid)))
        assert.deepInclude(first, { code: 45011, class: "Q" })
        const { length } = world.network.sent
        const second = yield* failed(world.within(personAt(service, world.openid)))
        assert.deepInclude(second, { code: 45011, class: "Q" })
        assert.strictEqual(world.network.sent.length, length)
        yield* pass("1 minute")
        yield* world.within(personAt(service, world.openid))
      })
  )

  it.effect("an address that is not on the account's list is a to-do that names it", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      yield* world.control("PUT", `/accounts/${service.appid}`, { ipWhitelist: ["192.0.2.1"] })
      assert.strictEqual((yield* failed(world.within(personAt(service, world.openid)))).code, 40164)
      const [todo] = yield* world.todos
      assert.deepInclude(todo, { kind: "wechat.token", subject: `${service.name}/40164` })
      assert.match(todo?.detail ?? "", /IP whitelist lacks this machine's address: 127\.0\.0\.1/)
      yield* world.control("PUT", `/accounts/${service.appid}`, { ipWhitelist: null })
      yield* pass("10 seconds")
      yield* world.within(personAt(service, world.openid))
      assert.deepStrictEqual(yield* world.todos, [])
    })
  )
})
