import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Browser } from "../../support/browser.ts"
import { eachDatabase } from "../../support/database.ts"
import { openClub, refused } from "../../support/login.ts"

const begun = Effect.fnUntraced(function* (browser: Browser, scope = "base") {
  const asked = yield* browser.get(`/login/wechat?to=/club/me&scope=${scope}`)
  const returned = yield* browser.get(asked.location)
  const url = new URL(returned.location)
  const code = url.searchParams.get("code") ?? ""
  const state = url.searchParams.get("state") ?? ""
  return { code, state, url: url.href }
})

const back = (query: Record<string, string>) => `/login/wechat/back?${new URLSearchParams(query)}`

eachDatabase("no session, nothing stored, and a count come of", (database) => {
  it.effect("every way back that WeChat would not send anybody", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const tried = Effect.fnUntraced(function* (
        status: number,
        reason: string,
        query: (login: { code: string; state: string }) => Record<string, string>,
        more = ""
      ) {
        const url = `${back(query(yield* begun(browser)))}${more}`
        const { text } = yield* refused(club, status, reason, browser.get(url))
        assert.match(text, /role="alert"/)
      })
      yield* tried(400, "no state", ({ code }) => ({ code }))
      yield* tried(400, "no state", ({ code }) => ({ code, state: "" }))
      const unknown = (state: string) =>
        tried(403, "unknown state", ({ code }) => ({ code, state }))
      yield* unknown("f".repeat(40))
      yield* unknown("F".repeat(40))
      yield* unknown("' or 1=1 --")
      yield* unknown("0")
      yield* tried(403, "unknown state", ({ code, state }) => ({
        code,
        state: `${state.slice(0, 39)}${state.endsWith("0") ? "1" : "0"}`
      }))
      yield* tried(400, "too much", ({ code, state }) => ({ code, state }), "&state=0")
      yield* tried(400, "too much", ({ code, state }) => ({ code, state }), "&code=0")
      yield* tried(400, "too much", ({ code }) => ({ code, state: "a".repeat(129) }))
      yield* tried(400, "too much", ({ state }) => ({ code: "a".repeat(513), state }))
      yield* tried(403, "bad code", ({ state }) => ({ code: "made-up", state }))
      // As of who says no.
      yield* tried(403, "no code", ({ state }) => ({ state }))
    })
  )

  it.effect("another browser's state", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const victim = club.browser()
      const attacker = club.browser(club.credentials.silentOpenid)
      const { url } = yield* begun(attacker)
      yield* refused(club, 403, "other browser", victim.get(url))
      yield* begun(victim)
      yield* refused(club, 403, "other browser", victim.get(url))
      // The attacker's own login is none the worse for it.
      assert.strictEqual((yield* attacker.get(url)).location, "/club/me")
    })
  )

  it.effect("a state used a second time, with another code", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const { state, url } = yield* begun(browser)
      assert.strictEqual((yield* browser.get(url)).status, 303)
      const { code } = yield* begun(browser)
      yield* refused(club, 403, "used state", browser.get(back({ code, state })))
    })
  )

  it.effect("a code used a second time, with another state", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const { code, url } = yield* begun(browser)
      assert.strictEqual((yield* browser.get(url)).status, 303)
      const { state } = yield* begun(browser)
      yield* refused(club, 403, "bad code", browser.get(back({ code, state })))
      // Nor the next time it is tried.
      yield* refused(club, 403, "bad code", browser.get(back({ code, state })))
    })
  )

  it.effect("a way back that was gone for ten minutes, or is gone again after five", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const first = yield* begun(browser)
      yield* browser.get(first.url)
      yield* TestClock.adjust("5 minutes")
      yield* refused(club, 410, "over", browser.get(first.url))
      const second = yield* begun(browser)
      yield* TestClock.adjust("10 minutes")
      yield* refused(club, 410, "over", browser.get(second.url))
      yield* TestClock.adjust("2 hours")
      yield* refused(club, 403, "unknown state", browser.get(second.url))
    })
  )

  it.effect("a visitor of a snapshot page", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      yield* club.control("PUT", "/settings", { consent: "snapshot" })
      const browser = club.browser()
      const { url } = yield* begun(browser, "userinfo")
      const { text } = yield* refused(club, 403, "snapshot", browser.get(url))
      assert.include(text, "使用完整服务")
      yield* refused(club, 403, "snapshot", browser.get(url))
      yield* club.control("PUT", "/settings", { consent: "approve" })
      const full = yield* browser.visit("/login/wechat?to=/club/me&scope=userinfo")
      assert.strictEqual(full.status, 200)
    })
  )

  const elsewhere = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "https:evil.example",
    "https://shop.example@evil.example/member/back.asp",
    "https://evil.example\\@shop.example/member/back.asp",
    "https://shop.example./member/back.asp",
    "https://shop.example:8443/member/back.asp",
    "http://shop.example/member/back.asp",
    "https://shop.example/member/back.aspx",
    "https://shop.example/member/../admin.asp",
    "https://shop.example.evil.example/member/back.asp",
    "https://ｓhop.example/member/back.asp",
    "https://xn--shp-5na.example/member/back.asp",
    "http://erp.example:8080/portal/%2e%2e/admin",
    "http://erp.example:8080/portal/..%2fadmin",
    "http://erp.example:8080/portal/..%5cadmin",
    "http://erp.example:8080/portalx",
    "javascript:alert(1)",
    "data:text/html,hi",
    "/club/me#fragment",
    "/club/me\r\nSet-Cookie: a=b",
    `/${"a".repeat(1_999)}b`
  ]
  it.effect("a wish to return to anywhere else", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      for (const to of elsewhere)
        for (const path of ["/login", "/login/wechat", "/login/qr", "/login/handover"]) {
          const reason = to.length > 2_000 ? "too much" : "return address"
          const url = `${path}?${new URLSearchParams({ to })}`
          const { location } = yield* refused(club, 400, reason, club.browser().get(url))
          assert.strictEqual(location, "", to)
        }
    })
  )

  it.effect("an account that is none, is of another kind, or may not", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const wechat = (account: string) => club.browser().get(`/login/wechat?account=${account}`)
      yield* refused(club, 404, "no account", wechat("nobody"))
      yield* refused(club, 404, "no account", wechat("mini"))
      yield* refused(club, 400, "too much", wechat("a".repeat(33)))
    })
  )

  it.effect("somebody whom the account's pilot does not let in yet", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database, ({ appid, openid, secret }) => ({
        accounts: [
          {
            name: "main",
            appid,
            secret: Redacted.make(secret),
            kind: "service",
            pilot: { oauth: [openid] }
          }
        ]
      }))
      const { openid, silentOpenid } = club.credentials
      const stranger = club.browser(silentOpenid)
      const back = yield* begun(stranger)
      yield* refused(club, 403, "not allowed", stranger.get(back.url))
      const chosen = yield* club.browser(openid).visit("/login/wechat?to=/club/me")
      assert.strictEqual(JSON.parse(chosen.text).openid, openid)
    })
  )

  it.effect("an account that WeChat has not certified", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database, ({ appid, secret }) => ({
        accounts: [
          { name: "main", appid, secret: Redacted.make(secret), kind: "service", certified: false }
        ]
      }))
      yield* refused(club, 403, "not allowed", club.browser().get("/login/wechat"))
      yield* refused(club, 403, "not allowed", club.browser().get("/login/qr"))
    })
  )
})
