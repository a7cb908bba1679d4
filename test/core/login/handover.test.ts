import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { eachDatabase } from "../../support/database.ts"
import { type Club, openClub, refusals, refused, shopSecret } from "../../support/login.ts"
import { type Desk, openDesk } from "../../support/old-shop.ts"

const back = "https://shop.example/member/back.asp"
const system = { system: "shop", secret: shopSecret }

/** Somebody logs in, and comes to the old shop with a ticket. */
const ticketFor = Effect.fnUntraced(function* (club: Club, to = back, scope = "base") {
  const browser = club.browser()
  yield* browser.visit(`/login/wechat?scope=${scope}`)
  const { location, status } = yield* browser.get(`/login/handover?${new URLSearchParams({ to })}`)
  assert.strictEqual(status, 303)
  const [, address, ticket = ""] = /^(.*)[?&]ticket=([0-9a-f]{40})$/.exec(location) ?? []
  assert.strictEqual(address, to)
  return ticket
})

const open = (database: Parameters<typeof openClub>[0]) =>
  Effect.gen(function* () {
    const club = yield* openClub(database)
    return { club, desk: yield* openDesk(club) }
  })

/** Refused in each of the formats, and counted. */
const refusedIn = Effect.fnUntraced(function* (
  desk: Desk,
  result: string,
  counted: string,
  fields: Readonly<Record<string, string>>
) {
  const before = yield* refusals(counted)
  for (const format of ["json", "xml", "form"] as const) {
    const reply = yield* desk.ask("/login/ticket", format, fields)
    assert.strictEqual(reply.fields.result, result)
    assert.strictEqual(reply.format, format)
    assert.notProperty(reply.fields, "openid")
    assert.match(reply.fields.message ?? "", /[\u4e00-\u9fff]/)
  }
  assert.strictEqual(yield* refusals(counted), before + 3)
})

eachDatabase("the hand-over to an old system", (database) => {
  it.effect("logs in whoever is not, and sends them on with the address as it was", () =>
    Effect.gen(function* () {
      const { club } = yield* open(database)
      const browser = club.browser()
      const inside = { "user-agent": "MicroMessenger" }
      const to = `${back}?%C9%CC%C6%B7=%B9%E3&a=1`
      const first = yield* browser.send(`/login/handover?${new URLSearchParams({ to })}`)
      const choice = yield* browser.send(first.location, { headers: inside })
      const seen = yield* browser.visit(choice.location)
      assert.match(
        seen.location,
        /^https:\/\/shop\.example\/member\/back\.asp\?%C9%CC%C6%B7=%B9%E3&a=1&ticket=[0-9a-f]{40}$/
      )
    })
  )

  it.effect("tells the old system who it is, in the format it asks for", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const { openid } = club.credentials
      for (const asked of ["json", "xml", "form"] as const)
        for (const wanted of ["json", "xml", "form", ""] as const) {
          const ticket = yield* ticketFor(club, back, "userinfo")
          const format = wanted === "" ? {} : { format: wanted }
          const reply = yield* desk.ask("/login/ticket", asked, { ...system, ...format, ticket })
          assert.strictEqual(reply.format, wanted === "" ? asked : wanted)
          assert.include(reply.fields, { result: "OK", openid, nickname: "林小雨" })
          assert.match(reply.fields.unionid ?? "", /^u/)
          assert.match(reply.fields.customer ?? "", /^[0-9a-f]{28}$/)
        }
    })
  )

  it.effect("tells nickname and picture only of those who agreed to show them", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const ticket = yield* ticketFor(club)
      const silent = yield* desk.ask("/login/ticket", "json", { ...system, ticket })
      assert.deepStrictEqual(Object.keys(silent.fields), ["result", "customer", "appid", "openid"])
      const agreed = yield* ticketFor(club, back, "userinfo")
      const told = yield* desk.ask("/login/ticket", "json", { ...system, ticket: agreed })
      assert.strictEqual(told.fields.nickname, "林小雨")
      yield* club.withdraw(told.fields.customer ?? "")
      const later = yield* ticketFor(club)
      const after = yield* desk.ask("/login/ticket", "json", { ...system, ticket: later })
      assert.strictEqual(after.fields.result, "OK")
      assert.notProperty(after.fields, "nickname")
    })
  )

  it.effect("takes a ticket once, for a minute, from whom it was made for", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const ticket = yield* ticketFor(club)
      const other = { system: "erp", secret: "erp-secret-0123456789" }
      yield* refusedIn(desk, "TICKET_UNKNOWN", "ticket foreign", { ...other, ticket })
      const stranger = { ...system, ticket, openid: club.credentials.silentOpenid }
      yield* refusedIn(desk, "FOREIGN_OPENID", "ticket foreign openid", stranger)
      const made = { ...system, ticket: "0".repeat(40) }
      yield* refusedIn(desk, "TICKET_UNKNOWN", "ticket unknown", made)
      yield* refusedIn(desk, "TICKET_UNKNOWN", "ticket unknown", { ...system, ticket: "x" })
      const own = { ...system, ticket, openid: club.credentials.openid }
      assert.strictEqual((yield* desk.ask("/login/ticket", "form", own)).fields.result, "OK")
      yield* refusedIn(desk, "TICKET_USED", "ticket used", { ...system, ticket })
      const late = yield* ticketFor(club)
      yield* TestClock.adjust("60 seconds")
      yield* refusedIn(desk, "TICKET_EXPIRED", "ticket expired", { ...system, ticket: late })
      assert.isFalse(yield* club.anywhere(late))
    })
  )

  it.effect("gives a ticket to one of two who ask at once", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const asked = { ...system, ticket: yield* ticketFor(club) }
      const ask = desk.ask("/login/ticket", "json", asked)
      const all = yield* Effect.all([ask, ask, ask, ask], { concurrency: 4 })
      const results = all.map(({ fields }) => fields.result).sort()
      assert.deepStrictEqual(results, ["OK", "TICKET_USED", "TICKET_USED", "TICKET_USED"])
    })
  )

  it.effect("answers nobody who cannot prove who they are", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const ticket = yield* ticketFor(club)
      const no = (fields: Record<string, string>) =>
        refusedIn(desk, "NOT_AUTHENTIC", "NOT_AUTHENTIC", { ticket, ...fields })
      yield* no({})
      yield* no({ system: "shop" })
      yield* no({ system: "shop", secret: "" })
      yield* no({ system: "shop", secret: `${shopSecret}x` })
      yield* no({ system: "nobody", secret: shopSecret })
      yield* no({ system: "blog", secret: "" })
      yield* no({ system: "shop", sign: "0".repeat(32) })
      yield* no({ system: "shop", sign: "", secret: shopSecret })
      const signed = yield* desk.signed({ system: "shop", ticket, note: "购物" }, shopSecret)
      yield* no({ ...signed, note: "退货" })
      const reply = yield* desk.ask("/login/ticket", "form", signed)
      assert.strictEqual(reply.fields.result, "OK")
      assert.deepStrictEqual(yield* desk.signed(reply.fields, shopSecret), reply.fields)
    })
  )

  it.effect("says no to what it cannot read, and to what is too long", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const ticket = yield* ticketFor(club)
      const post = (type: string, body: string | Uint8Array) =>
        Effect.map(desk.post("/login/ticket", type, body), ({ fields }) => fields.result)
      assert.strictEqual(yield* post("application/json", "{"), "MALFORMED")
      assert.strictEqual(yield* post("application/json", '{"a":"1","a":"2"}'), "MALFORMED")
      assert.strictEqual(yield* post("application/json", '{"system":{}}'), "MALFORMED")
      assert.strictEqual(yield* post("text/xml", "<request><a>"), "MALFORMED")
      const entity =
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><request><a>&x;</a></request>'
      assert.strictEqual(yield* post("text/xml", entity), "MALFORMED")
      const form = "application/x-www-form-urlencoded"
      assert.strictEqual(yield* post(form, "a=1&a=2"), "MALFORMED")
      assert.strictEqual(yield* post(form, "a=%zz"), "MALFORMED")
      assert.strictEqual(yield* post(form, `a=${"x".repeat(8_192)}`), "TOO_LARGE")
      const doubled = `system=shop&secret=${shopSecret}`
      assert.strictEqual(yield* post(form, doubled), "MALFORMED")
      assert.strictEqual(yield* post(form, `${doubled}&ticket=${"0".repeat(129)}`), "MALFORMED")
      assert.strictEqual(yield* post(form, `${doubled}&ticket=${ticket}`), "OK")
    })
  )

  it.effect(
    "goes nowhere that is not on the list, or has no secret, or brings a ticket along",
    () =>
      Effect.gen(function* () {
        const { club } = yield* open(database)
        const browser = club.browser()
        yield* browser.visit("/login/wechat")
        for (const to of [
          "/club/me",
          "https://blog.example/post",
          `${back}?ticket=${"0".repeat(40)}`,
          `${back}?TICKET=x`,
          `${back}?%74icket=x`
        ]) {
          const url = `/login/handover?${new URLSearchParams({ to })}`
          yield* refused(club, 400, "return address", browser.get(url))
        }
      })
  )
})

eachDatabase("a member number of an old system", (database) => {
  it.effect("is linked, refused to a second customer, moved, merged and unlinked", () =>
    Effect.gen(function* () {
      const { club, desk } = yield* open(database)
      const log = Effect.fnUntraced(function* (openid: string) {
        const browser = club.browser(openid)
        const { text } = yield* browser.visit("/login/wechat?to=/club/me")
        return { browser, customer: String(JSON.parse(text).customer) }
      })
      const one = yield* log(club.credentials.openid)
      const other = yield* log(club.credentials.silentOpenid)
      const say = Effect.fnUntraced(function* (
        wish: string,
        customer: string,
        member = "会员0001"
      ) {
        const fields = { ...system, do: wish, customer, member }
        return (yield* desk.ask("/login/member", "form", fields)).fields
      })
      const memberOf = Effect.fnUntraced(function* ({ browser }: typeof one) {
        const { location } = yield* browser.get(`/login/handover?to=${back}`)
        const ticket = location.replace(/.*ticket=/, "")
        return (yield* desk.ask("/login/ticket", "form", { ...system, ticket })).fields.member
      })

      assert.include(yield* say("link", one.customer), { result: "OK", customer: one.customer })
      assert.include(yield* say("link", one.customer), { result: "OK" })
      assert.strictEqual(yield* memberOf(one), "会员0001")
      assert.include(yield* say("link", other.customer), { result: "MEMBER_TAKEN" })
      assert.isUndefined(yield* memberOf(other))
      assert.include(yield* say("move", other.customer), { result: "OK" })
      assert.deepStrictEqual(
        [yield* memberOf(one), yield* memberOf(other)],
        [undefined, "会员0001"]
      )
      assert.include(yield* say("unlink", one.customer), { result: "MEMBER_UNKNOWN" })
      assert.include(yield* say("unlink", other.customer), { result: "OK" })
      assert.isUndefined(yield* memberOf(other))
      assert.include(yield* say("move", one.customer), { result: "MEMBER_UNKNOWN" })

      yield* say("link", other.customer)
      const merged = yield* say("merge", one.customer)
      assert.strictEqual(merged.result, "OK")
      assert.include([one.customer, other.customer], merged.customer)
      assert.deepStrictEqual(
        [yield* memberOf(one), yield* memberOf(other)],
        ["会员0001", "会员0001"]
      )
      const seen = yield* other.browser.get("/club/me")
      assert.deepInclude(JSON.parse(seen.text), {
        customer: merged.customer,
        openid: club.credentials.silentOpenid
      })

      assert.include(yield* say("link", "0".repeat(28)), { result: "CUSTOMER_UNKNOWN" })
      assert.include(yield* say("link", "nobody"), { result: "MALFORMED" })
      assert.include(yield* say("steal", one.customer), { result: "MALFORMED" })
      assert.include(yield* say("link", one.customer, "9".repeat(65)), { result: "MALFORMED" })
      assert.isFalse(yield* club.anywhere("会员0001"))
    })
  )
})
