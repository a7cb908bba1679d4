import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Seen } from "../../support/browser.ts"
import { eachDatabase } from "../../support/database.ts"
import { type Club, openClub, refused, stored } from "../../support/login.ts"
import { meanwhile } from "../../support/world.ts"

/** Somebody opens the mini program, or agrees in the app: the code it brings. */
const codeOf = (club: Club, appid: string, openid = club.credentials.openid) =>
  Effect.map(
    club.control("POST", `/users/${openid}/authorize`, { appid }),
    ({ code }): string => code
  )

const bring = (club: Club, way: "mini-program" | "app", body: object) =>
  club.browser().send(`/login/${way}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })

const me = Effect.fnUntraced(function* (club: Club, { text }: Seen) {
  const { session } = JSON.parse(text)
  const headers = { authorization: `Bearer ${session}` }
  return JSON.parse((yield* club.browser().send("/club/me", { headers })).text)
})

eachDatabase("a mini program and an app", (database) => {
  it.effect("log the same person in as everywhere else, and never see a key of WeChat's", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { appAppid, miniAppid } = club.credentials
      const mini = yield* bring(club, "mini-program", { code: yield* codeOf(club, miniAppid) })
      const app = yield* bring(club, "app", { code: yield* codeOf(club, appAppid) })
      for (const seen of [mini, app]) {
        assert.strictEqual(seen.status, 200, seen.text)
        assert.match(seen.text, /^\{"session":"[0-9a-f]{40}"\}$/)
        assert.strictEqual(seen.headers.get("cache-control"), "no-store")
      }
      const [inMini, inApp] = [yield* me(club, mini), yield* me(club, app)]
      assert.strictEqual(inMini.customer, inApp.customer)
      assert.deepStrictEqual([inMini.account, inApp.account], ["mini", "app"])
      assert.notStrictEqual(inMini.openid, inApp.openid)
      assert.isFalse(yield* club.anywhere(inMini.openid))
      // Inside WeChat they are the same, once they have said who they are.
      const page = yield* club.browser().visit("/login/wechat?to=/club/me&scope=userinfo")
      assert.strictEqual(JSON.parse(page.text).customer, inMini.customer)
    })
  )

  it.effect("bring a code again when the answer was lost, and get the same session", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const code = yield* codeOf(club, club.credentials.miniAppid)
      const { value } = yield* meanwhile(
        Effect.all([bring(club, "mini-program", { code }), bring(club, "mini-program", { code })], {
          concurrency: 2
        })
      )
      const [first, second] = value
      assert.strictEqual(first.text, second.text)
      yield* TestClock.adjust("4 minutes")
      assert.strictEqual((yield* bring(club, "mini-program", { code })).text, first.text)
      assert.strictEqual((yield* stored(club)).sessions, 1)
      yield* TestClock.adjust("1 minute")
      yield* refused(club, 410, "over", bring(club, "mini-program", { code }))
    })
  )

  it.effect("are refused with a code that is none, another's, or brought as somebody else", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { miniAppid, silentOpenid } = club.credentials
      const code = yield* codeOf(club, miniAppid)
      yield* refused(club, 403, "bad code", bring(club, "app", { code }))
      yield* refused(club, 403, "bad code", bring(club, "mini-program", { code: "made-up" }))
      const spoofed = { code, openid: silentOpenid }
      yield* refused(club, 403, "foreign openid", bring(club, "mini-program", spoofed))
      yield* refused(club, 404, "no account", bring(club, "app", { code, account: "mini" }))
      yield* refused(club, 404, "no account", bring(club, "app", { code, account: "nobody" }))
      for (const body of [
        {},
        { code: "" },
        { code: 1 },
        { code: "a".repeat(513) },
        { code: "a b" },
        { code, openid: "o".repeat(65) },
        { code, account: "a".repeat(33) }
      ]) {
        const seen = yield* bring(club, "mini-program", body)
        assert.strictEqual(seen.status, 400, seen.text)
      }
      assert.deepStrictEqual(yield* stored(club), { sessions: 0, customers: 0, entries: 0 })
    })
  )

  it.effect("try again with the same code after WeChat could not be reached", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const code = yield* codeOf(club, club.credentials.appAppid)
      club.network.weather = () => "refused"
      yield* meanwhile(refused(club, 503, "unavailable", bring(club, "app", { code })))
      club.network.weather = () => "fair"
      assert.strictEqual((yield* bring(club, "app", { code })).status, 200)
    })
  )
})
