import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { qrSvg } from "../../../core/values/qr.ts"
import { eachDatabase } from "../../support/database.ts"
import { type Club, openClub, refused } from "../../support/login.ts"
import { pass } from "../../support/world.ts"

/** A page with the QR of the account, whose picture says where the phone finds it. */
const waiting = Effect.fnUntraced(function* (club: Club) {
  const made: Array<string> = []
  const wechat = "http://127.0.0.1:3003"
  const host = club.network.hosts.get(wechat)
  club.network.hosts.set(wechat, async (request) => {
    const answer = (await host?.(request)) ?? Response.error()
    if (request.url.includes("/cgi-bin/qrcode/create")) made.push((await answer.clone().json()).url)
    return answer
  })
  const computer = club.browser()
  const begun = yield* computer.get("/login/qr?to=/club/me&way=scene")
  const page = begun.location
  const { text } = yield* computer.get(page)
  const { sent } = club.network
  const created = sent.findLast(({ url }) => url.includes("/cgi-bin/qrcode/create"))
  const asked = JSON.parse(Buffer.from(created?.body ?? "{}").toString())
  return { computer, page, text, asked, content: made.at(-1) ?? "" }
})

const scan = Effect.fnUntraced(function* (club: Club, openid: string, qr: string) {
  yield* club.control("POST", `/users/${openid}/scan`, { qr })
  yield* pass("2 seconds")
})

const said = (club: Club, openid: string) =>
  Effect.map(club.control("GET", `/users/${openid}/messages`), ({ messages }) =>
    JSON.stringify(messages.at(-1)?.body ?? "")
  )

eachDatabase("a login by the QR of an account", (database) => {
  it.effect("is one flow: scan, follow, logged in; and never the only way", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { silentOpenid } = club.credentials
      const { asked, computer, content, page, text } = yield* waiting(club)
      assert.strictEqual(asked.action_name, "QR_STR_SCENE")
      assert.strictEqual(asked.expire_seconds, 300)
      const scene: string = asked.action_info.scene.scene_str
      assert.strictEqual(scene, `login-${page.split("/").at(-1)}`)
      assert.include(text, 'href="/login/qr?to=%2Fclub%2Fme"')

      assert.include(text, qrSvg(content))
      yield* scan(club, silentOpenid, content)
      const seen = yield* computer.visit(page)
      assert.strictEqual(seen.url, "http://weir.test/club/me")
      assert.deepInclude(JSON.parse(seen.text), { account: "main", openid: silentOpenid })
      assert.include(yield* said(club, silentOpenid), "您已在电脑")
    })
  )

  it.effect("logs in whoever follows already, once, and tells who comes too late", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { openid, silentOpenid } = club.credentials
      const { computer, content, page } = yield* waiting(club)
      yield* scan(club, openid, content)
      assert.include(yield* said(club, openid), "您已在电脑")
      yield* scan(club, silentOpenid, content)
      assert.include(yield* said(club, silentOpenid), "登录二维码已失效")
      const seen = yield* computer.visit(page)
      assert.strictEqual(JSON.parse(seen.text).openid, openid)
      yield* refused(club, 403, "other browser", club.browser().get(page))
      const late = yield* waiting(club)
      yield* TestClock.adjust("5 minutes")
      assert.include((yield* late.computer.get(late.page)).text, "二维码已过期")
    })
  )

  it.effect("leaves the scenes of plugins alone", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      const { openid } = club.credentials
      yield* club.control("POST", `/users/${openid}/follow`, { scene: "ADD_SCENE_SEARCH" })
      yield* pass("2 seconds")
      assert.notInclude(yield* said(club, openid), "登录")
    })
  )

  it.effect("is not offered while WeChat makes no QR", () =>
    Effect.gen(function* () {
      const club = yield* openClub(database)
      yield* club.control("PUT", `/accounts/${club.credentials.appid}`, {
        quotas: { "/cgi-bin/qrcode/create": 0 }
      })
      const begun = club.browser().get("/login/qr?way=scene&to=/club/me")
      const { text } = yield* refused(club, 503, "unavailable", begun)
      assert.match(text, /role="alert"/)
    })
  )
})
