import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Browser } from "../../support/browser.ts"
import { eachDatabase } from "../../support/database.ts"
import { type Club, openClub, refused, stored } from "../../support/login.ts"
import { meanwhile } from "../../support/world.ts"

const windows =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"

/** A page on a computer that waits, and a phone that has scanned it. */
const waiting = Effect.fnUntraced(function* (club: Club) {
  const computer = club.browser()
  const phone = club.browser(club.credentials.openid)
  const begun = yield* computer.send("/login/qr?to=/club/me", {
    headers: { "user-agent": windows }
  })
  const page = begun.location
  assert.match(page, /^\/login\/qr\/[0-9a-f]{40}$/)
  return { computer, phone, page, confirm: `${page}/confirm` }
})

const isOpenTo = (browser: Browser) =>
  Effect.map(browser.send("/club/me"), ({ status }) => status === 200)

eachDatabase("a login by QR", (database) => {
  it.effect("waits until the phone confirms, and goes on in the computer's browser", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { computer, confirm, page, phone } = yield* waiting(club)
      const shown = yield* computer.get(page)
      assert.include(shown.text, "<svg")
      assert.isBelow(Buffer.byteLength(shown.text), 50_000)
      assert.isEmpty(shown.text.match(/ on\w+=/g) ?? [])

      const asked = yield* phone.visit(confirm)
      assert.strictEqual(asked.status, 200, asked.text)
      assert.include(asked.text, "Chrome · Windows")
      assert.include(asked.text, "weir.test")
      assert.include((yield* computer.get(page)).text, "请在手机上确认登录")
      assert.isFalse(yield* isOpenTo(computer))

      const done = yield* phone.post(confirm, { decision: "confirm" })
      assert.include(done.text, "登录成功")
      const twice = yield* phone.post(confirm, { decision: "confirm" })
      assert.include(twice.text, "登录成功")
      const seen = yield* computer.visit(page)
      assert.strictEqual(seen.url, "http://weir.test/club/me")
      assert.deepInclude(JSON.parse(seen.text), {
        account: "main",
        openid: club.credentials.openid
      })
      assert.notStrictEqual(computer.session(), phone.session())
      assert.strictEqual((yield* stored(club)).sessions, 2)

      // A reload goes on as well; who has logged out stays so.
      assert.strictEqual((yield* computer.get(page)).location, "/club/me")
      yield* computer.post("/login/out")
      yield* computer.get(page)
      assert.isFalse(yield* isOpenTo(computer))
    })
  )

  it.effect("tells the page by an event when something has changed, and not before", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { computer, confirm, page, phone } = yield* waiting(club)
      yield* phone.visit(confirm)
      const events = yield* Effect.forkChild(computer.send(`${page}/events?since=scanned`))
      yield* TestClock.adjust("20 seconds")
      assert.isUndefined(events.pollUnsafe())
      yield* phone.post(confirm, { decision: "confirm" })
      const { value, waited } = yield* meanwhile(Fiber.join(events))
      assert.isAtMost(waited, 1_500)
      assert.strictEqual(value.headers.get("content-type"), "text/event-stream")
      assert.strictEqual(value.text, "retry: 2000\n\nevent: changed\ndata:\n\n")
      const late = yield* computer.send(`${page}/events?since=open`)
      assert.include(late.text, "event: changed")
    })
  )

  it.effect("opens nothing to whoever sees the QR", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { confirm, page, phone } = yield* waiting(club)
      const bystander = club.browser()
      yield* refused(club, 403, "other browser", bystander.get(page))
      yield* refused(club, 403, "other browser", bystander.get(`${page}/events?since=open`))
      yield* phone.visit(confirm)
      yield* phone.post(confirm, { decision: "confirm" })
      yield* bystander.get("/login/wechat")
      yield* refused(club, 403, "other browser", bystander.get(page))
      assert.isFalse(yield* isOpenTo(bystander))
    })
  )

  it.effect("is refused where it was cancelled, is too old, or is none", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const first = yield* waiting(club)
      yield* first.phone.visit(first.confirm)
      yield* first.phone.post(first.confirm, { decision: "cancel" })
      const cancelled = yield* first.computer.get(first.page)
      assert.include(cancelled.text, "已在手机上取消登录")
      assert.include(cancelled.text, 'href="/login/qr?to=%2Fclub%2Fme&amp;way=qr"')
      yield* refused(club, 410, "cancelled", first.phone.get(first.confirm))
      const yes = { decision: "confirm" }
      yield* refused(club, 410, "over", first.phone.post(first.confirm, yes))

      const second = yield* waiting(club)
      yield* second.phone.visit(second.confirm)
      yield* TestClock.adjust("5 minutes")
      assert.include((yield* second.computer.get(second.page)).text, "二维码已过期")
      yield* refused(club, 410, "over", second.phone.get(second.confirm))
      yield* refused(club, 410, "over", second.phone.post(second.confirm, yes))
      const none = `/login/qr/${"0".repeat(40)}`
      yield* refused(club, 403, "unknown state", second.computer.get(none))
      yield* refused(club, 403, "unknown state", second.phone.get(`${none}/confirm`))
      yield* refused(club, 403, "unknown state", second.phone.get("/login/qr/x/confirm"))
      assert.isFalse(yield* isOpenTo(second.computer))
    })
  )

  it.effect("is confirmed by a person on the phone, never by another site or by nobody", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { computer, confirm, page, phone } = yield* waiting(club)
      const nobody = yield* club.browser().post(confirm, { decision: "confirm" })
      assert.strictEqual(nobody.location, confirm)
      yield* phone.visit(confirm)
      const evil = { origin: "https://evil.example" }
      yield* refused(club, 403, "another site", phone.post(confirm, { decision: "confirm" }, evil))
      const unclear = phone.post(confirm, { origin: "http://weir.test" })
      assert.include((yield* unclear).text, "已取消")
      assert.strictEqual((yield* computer.get(page)).status, 200)
      assert.isFalse(yield* isOpenTo(computer))
    })
  )

  it.effect("lets go of a page that is told nothing for a minute", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { computer, page } = yield* waiting(club)
      const { value, waited } = yield* meanwhile(computer.send(`${page}/events?since=open`))
      assert.notInclude(value.text, "changed")
      assert.isAtMost(waited, 61_000)
    })
  )

  it.effect("is WeChat's own page where there is a website and no service account", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database, ({ websiteAppid, websiteSecret }) => ({
        accounts: [
          {
            name: "site",
            appid: websiteAppid,
            secret: Redacted.make(websiteSecret),
            kind: "website"
          }
        ]
      }))
      const computer = club.browser()
      const { location } = yield* computer.get("/login/qr?to=/club/me")
      assert.match(
        location,
        /\/connect\/qrconnect\?.*&scope=snsapi_login&state=\w+#wechat_redirect$/
      )
      const seen = yield* computer.visit("/login/qr?to=/club/me")
      assert.strictEqual(JSON.parse(seen.text).account, "site")
      yield* refused(club, 404, "no account", computer.get("/login/wechat"))
    })
  )
})
