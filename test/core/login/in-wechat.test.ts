import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Customers } from "../../../core/customers/customers.ts"
import { CustomerId } from "../../../core/customers/model.ts"
import type { Browser, Seen } from "../../support/browser.ts"
import { eachDatabase } from "../../support/database.ts"
import { type Club, openClub, refused, stored } from "../../support/login.ts"
import { meanwhile } from "../../support/world.ts"

/** The address with which WeChat sends a browser back, not yet gone to. */
const wayBack = Effect.fnUntraced(function* (browser: Browser, url = "/login/wechat?to=/club/me") {
  const page = yield* browser.get(url)
  return (yield* browser.get(page.location)).location
})

const me = (browser: Browser) =>
  Effect.map(browser.get("/club/me"), ({ status, text }) => ({
    status,
    // biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
    body: JSON.parse(text) as any
  }))

const customerOf = (seen: Seen) => CustomerId.make(JSON.parse(seen.text).customer)

const timeline = (club: Club, customer: CustomerId) =>
  club.within(
    Effect.map(
      Customers.use((customers) => customers.timeline(customer, { limit: 10 })),
      ({ items }) => items
    )
  )

eachDatabase("a login inside WeChat", (database) => {
  it.effect("is silent, ends where the person wanted to go, and is one customer ever after", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { openid } = club.credentials
      const browser = club.browser()
      const seen = yield* browser.visit("/login/wechat?to=/club/me%3Fa=1")
      assert.strictEqual(seen.url, "http://weir.test/club/me?a=1")
      assert.deepInclude(JSON.parse(seen.text), { account: "main", openid })
      const again = yield* club.browser().visit("/login?to=/login/wechat?to=/club/me")
      assert.strictEqual(again.status, 200)
      const other = yield* club.browser(openid).visit("/login/wechat?to=/club/me")
      assert.strictEqual(customerOf(other), customerOf(seen))
      const [entry] = yield* timeline(club, customerOf(seen))
      assert.deepInclude(entry, { kind: "logged in", data: { way: "wechat", account: "main" } })
      assert.isFalse(yield* club.anywhere(openid))
      assert.isFalse(yield* club.anywhere(browser.session() ?? "?"))
    })
  )

  it.effect("with the person's agreement tells who they are, and remembers that they agreed", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const seen = yield* club.browser().visit("/login/wechat?to=/club/me&scope=userinfo")
      const customer = customerOf(seen)
      const known = yield* club.within(
        Customers.use((customers) =>
          Effect.all({
            profile: customers.profile(customer),
            said: customers.consents.of(customer),
            identities: customers.identitiesOf(customer)
          })
        )
      )
      assert.deepStrictEqual(known.profile, { nickname: "林小雨" })
      assert.deepInclude(known.said[0], { entity: "sandbox", purpose: "profile", given: true })
      assert.deepStrictEqual(known.identities.map(({ kind }) => kind).sort(), ["openid", "unionid"])
      // Silently, they are known again and tell nothing.
      const silent = yield* club.browser().visit("/login/wechat?to=/club/me")
      assert.strictEqual(customerOf(silent), customer)
    })
  )

  it.effect("is asked for as WeChat's page wants it", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { headers, location, status } = yield* club.browser().get("/login/wechat")
      assert.strictEqual(status, 303)
      assert.match(
        location,
        /^http:\/\/127\.0\.0\.1:3003\/connect\/oauth2\/authorize\?appid=\w+&redirect_uri=http%3A%2F%2Fweir\.test%2Flogin%2Fwechat%2Fback&response_type=code&scope=snsapi_base&state=[0-9a-f]{40}&connect_redirect=1#wechat_redirect$/
      )
      assert.match(
        headers.getSetCookie().join(),
        /^weir_browser=[0-9a-f]{40}; Path=\/; HttpOnly; SameSite=Lax$/
      )
    })
  )

  it.effect("survives a reload, and a browser that comes back twice at once", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const url = yield* wayBack(browser)
      const { value } = yield* meanwhile(
        Effect.all([browser.get(url), browser.get(url)], { concurrency: 2 })
      )
      for (const { location } of value) assert.strictEqual(location, "/club/me")
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual((yield* browser.get(url)).location, "/club/me")
      assert.strictEqual((yield* me(browser)).status, 200)
      assert.deepStrictEqual(yield* stored(club), { sessions: 1, customers: 1, entries: 1 })
    })
  )

  it.effect("goes on although the browser gave up the first of two requests", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const url = yield* wayBack(browser)
      const impatient = new AbortController()
      const first = yield* Effect.forkChild(browser.send(url, { signal: impatient.signal }))
      yield* Effect.yieldNow
      impatient.abort()
      yield* Effect.exit(Fiber.join(first))
      const { value } = yield* meanwhile(browser.get(url))
      assert.strictEqual(value.location, "/club/me")
      assert.strictEqual((yield* stored(club)).sessions, 1)
    })
  )

  it.effect("is tried again by a reload where WeChat could not be reached", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      const url = yield* wayBack(browser)
      club.network.weather = () => "refused"
      const { value } = yield* meanwhile(refused(club, 503, "unavailable", browser.get(url)))
      assert.include(value.text, 'href="/login?to=%2Fclub%2Fme"')
      club.network.weather = () => "fair"
      assert.strictEqual((yield* browser.get(url)).location, "/club/me")
    })
  )

  it.effect("gives the browser another session than it had, and ends that one", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const browser = club.browser()
      yield* browser.visit("/login/wechat?to=/club/me")
      const first = browser.session() ?? ""
      yield* browser.visit("/login/wechat?to=/club/me")
      assert.notStrictEqual(browser.session(), first)
      const thief = club.browser()
      thief.jar.set("weir_session", first)
      assert.strictEqual((yield* thief.get("/club/me")).status, 401)
      assert.strictEqual((yield* stored(club)).sessions, 1)
    })
  )

  it.effect("keeps its cookie to encrypted connections where people come over https", () =>
    Effect.gen(function* () {
      const publicUrl = new URL("https://weir.test")
      const club = yield* openClub(database, () => ({ publicUrl }))
      const { headers } = yield* club.browser().get("/login/wechat")
      assert.match(headers.getSetCookie().join(), /; Secure$/)
    })
  )
})

eachDatabase("a session", (database) => {
  const loggedIn = Effect.gen(function* () {
    const club = yield* openClub(database)
    const browser = club.browser()
    const seen = yield* browser.visit("/login/wechat?to=/club/me")
    return { club, browser, customer: customerOf(seen) }
  })

  it.effect("is ended by its owner, for good, and by no other site", () =>
    Effect.gen(function* () {
      const { browser, club } = yield* loggedIn
      const secret = browser.session() ?? ""
      const elsewhere = browser.post("/login/out", {}, { origin: "https://evil.example" })
      yield* refused(club, 403, "another site", elsewhere)
      assert.strictEqual((yield* me(browser)).status, 200)
      const out = yield* browser.post("/login/out?to=/bye", {}, { origin: "http://weir.test" })
      assert.strictEqual(out.location, "/bye")
      assert.isUndefined(browser.session())
      browser.jar.set("weir_session", secret)
      assert.strictEqual((yield* browser.send("/club/me")).status, 401)
    })
  )

  it.effect(
    "leads to the customer as they are now, and goes with whoever wants to be forgotten",
    () =>
      Effect.gen(function* () {
        const { browser, club, customer } = yield* loggedIn
        const survivor = yield* club.within(
          Effect.gen(function* () {
            const customers = yield* Customers
            yield* TestClock.adjust("-1 day")
            const older = yield* customers.recognise(
              { appid: "wx0000000000000009" },
              { openid: "oOLD" }
            )
            yield* TestClock.adjust("1 day")
            return yield* customers.merge(customer, older, "test")
          })
        )
        assert.notStrictEqual(survivor, customer)
        assert.strictEqual((yield* me(browser)).body.customer, survivor)
        yield* club.within(Customers.use((customers) => customers.erase(survivor, "test")))
        assert.strictEqual((yield* browser.send("/club/me")).status, 401)
        assert.strictEqual((yield* stored(club)).sessions, 0)
      })
  )

  it.effect("that is none is as good as no session", () =>
    Effect.gen(function* () {
      const { club } = yield* loggedIn
      for (const secret of ["", "x", "0".repeat(40), "0".repeat(4_000), "%00", "' or 1=1 --"]) {
        const browser = club.browser()
        browser.jar.set("weir_session", secret)
        const seen = yield* browser.send("/club/me")
        assert.strictEqual(seen.status, 401)
        assert.include(seen.text, "NotLoggedIn")
      }
    })
  )

  it.effect("is what a page for customers asks for, by way of the login and back", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const inside = { accept: "text/html", "user-agent": "Mozilla/5.0 MicroMessenger/8.0" }
      const browser = club.browser()
      const page = yield* browser.send("/club/page?a=%E4%B8%AD", { headers: inside })
      assert.strictEqual(page.location, "/login?to=%2Fclub%2Fpage%3Fa%3D%25E4%25B8%25AD")
      const login = yield* browser.send(page.location, { headers: inside })
      const seen = yield* browser.visit(login.location)
      assert.strictEqual(seen.url, "http://weir.test/club/page?a=%E4%B8%AD")
      assert.strictEqual(seen.text, "hello by main")
      const program = yield* club.browser().send("/club/page")
      assert.strictEqual(program.status, 401)
    })
  )
})
