import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { CustomerId } from "../../../core/customers/model.ts"
import { ham } from "../../fixtures/deli/index.ts"
import { eachDatabase } from "../../support/database.ts"
import { openDeli } from "../../support/deli.ts"

const nothing = { visits: 0, people: 0, sales: 0, amount: 0, returned: 0 }

eachDatabase("a share card", (database) => {
  it.effect("leads on, and one visitor counts once an hour", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const link = yield* deli.share()
      assert.match(link, /^http:\/\/weir\.test\/share\/[0-9a-f]{24}$/)
      assert.deepStrictEqual(yield* deli.report(), nothing)
      const [phone, other] = [deli.browser(), deli.browser()]
      const seen = yield* phone.get(link)
      assert.deepInclude(seen, { status: 303, location: "/deli/ham" })
      assert.match(
        seen.headers.get("set-cookie") ?? "",
        /^weir_visitor=[0-9a-f]{40}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/
      )
      assert.strictEqual((yield* phone.visit(link)).text, "ham")
      yield* other.get(link)
      assert.deepStrictEqual(yield* deli.report(), { ...nothing, visits: 2, people: 2 })
      yield* TestClock.adjust("59 minutes")
      yield* phone.get(link)
      assert.strictEqual((yield* deli.report()).visits, 2)
      yield* TestClock.adjust("1 minute")
      yield* phone.get(link)
      assert.deepStrictEqual(yield* deli.report(), { ...nothing, visits: 3, people: 2 })
      assert.isFalse(yield* deli.anywhere(phone.jar.get("weir_visitor") ?? "?"))
    })
  )

  it.effect("is the same for a reference whatever it says, and another for another plugin", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const link = yield* deli.share()
      assert.strictEqual(yield* deli.share({ ...ham, to: "/deli/club?a=1" }), link)
      assert.strictEqual((yield* deli.browser().get(link)).location, "/deli/club?a=1")
      assert.notStrictEqual(yield* deli.share(ham, "bakery"), link)
      assert.deepStrictEqual(yield* deli.report("ham", "bakery"), nothing)
      assert.strictEqual((yield* deli.report()).visits, 1)
    })
  )

  it.effect("counts nobody whose browser looks ahead, and knows no address but its own", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const link = yield* deli.share()
      const ahead = yield* deli.browser().send(link, { headers: { "sec-purpose": "prefetch" } })
      assert.deepInclude(ahead, { status: 303, location: "/deli/ham" })
      assert.strictEqual((yield* deli.browser().send(link, { method: "HEAD" })).status, 303)
      for (const id of ["0".repeat(24), "x", "%00", `${link.slice(-24)}0`]) {
        const seen = yield* deli.browser().get(`/share/${id}`)
        assert.strictEqual(seen.status, 404)
        assert.deepStrictEqual(seen.headers.getSetCookie(), [])
      }
      assert.deepStrictEqual(yield* deli.report(), nothing)
    })
  )

  it.effect("leads to our own pages alone, and says no more than fits", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      for (const wrong of [
        { to: "https://evil.example/" },
        { to: "//evil.example/" },
        { to: "/\\evil.example/" },
        { to: "https://weir.test@evil.example/" },
        { to: "javascript:alert(1)" },
        { title: "" },
        { title: "x".repeat(65) },
        { title: "two\nlines" },
        { description: "x".repeat(121) },
        { image: "javascript:alert(1)" },
        { reference: "x".repeat(129) }
      ])
        assert.strictEqual(
          (yield* deli.put({ ...ham, ...wrong })).status,
          422,
          JSON.stringify(wrong)
        )
      for (const to of ["http://weir.test/deli/ham", "/deli/ham?a=%2F"])
        assert.strictEqual((yield* deli.put({ ...ham, to })).status, 200, to)
    })
  )
})

eachDatabase("somebody who came by a share", (database) => {
  it.effect(
    "is a customer as soon as they log in, has it in their timeline, and what they buy is told",
    () =>
      Effect.gen(function* () {
        const deli = yield* openDeli(database)
        const link = yield* deli.share()
        const phone = deli.browser()
        yield* phone.visit(link)
        yield* TestClock.adjust("10 minutes")
        const customer = CustomerId.make(yield* deli.logIn(phone))
        const { items } = yield* deli.customers.timeline(customer, { limit: 10 })
        const came = items.find(({ kind }) => kind === "came by a share")
        assert.deepInclude(came, { plugin: "deli", reference: "ham" })
        assert.isBelow(came?.at ?? Number.NaN, items[0]?.at ?? 0)

        yield* deli.buy(phone, "order-1")
        yield* deli.buy(phone, "order-2", { plugin: "bakery" })
        const sold = { visits: 1, people: 1, sales: 1, amount: 2_850, returned: 0 }
        assert.deepStrictEqual(yield* deli.report(), sold)
        yield* deli.takeBack("order-1")
        assert.deepStrictEqual(yield* deli.report(), { ...sold, returned: 2_850 })
      })
  )

  it.effect(
    "is one person with two phones, counts once where they were logged in already, and is told once",
    () =>
      Effect.gen(function* () {
        const deli = yield* openDeli(database)
        const link = yield* deli.share()
        const [phone, tablet] = [deli.browser(), deli.browser()]
        const customer = CustomerId.make(yield* deli.logIn(phone))
        assert.strictEqual(yield* deli.logIn(tablet), customer)
        for (const browser of [phone, tablet, phone, tablet]) yield* browser.visit(link)
        assert.deepStrictEqual(yield* deli.report(), { ...nothing, visits: 2, people: 1 })
        const { items } = yield* deli.customers.timeline(customer, { limit: 10 })
        assert.lengthOf(
          items.filter(({ kind }) => kind === "came by a share"),
          2
        )
      })
  )

  it.effect("is known on a computer, too, once the phone has confirmed", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const link = yield* deli.share()
      const [computer, phone] = [deli.browser(), deli.browser()]
      yield* computer.visit(link)
      const page = (yield* computer.get("/login/qr?to=/deli/club")).location
      yield* phone.visit(`${page}/confirm`)
      yield* phone.post(`${page}/confirm`, { decision: "confirm" })
      const customer = CustomerId.make((yield* computer.visit(page)).text)
      const { items } = yield* deli.customers.timeline(customer, { limit: 10 })
      assert.lengthOf(
        items.filter(({ kind }) => kind === "came by a share"),
        1
      )
      assert.deepStrictEqual(yield* deli.report(), { ...nothing, visits: 1, people: 1 })
    })
  )

  it.effect("is forgotten with all of it", () =>
    Effect.gen(function* () {
      const deli = yield* openDeli(database)
      const link = yield* deli.share()
      const phone = deli.browser()
      yield* phone.visit(link)
      const customer = CustomerId.make(yield* deli.logIn(phone))
      yield* deli.buy(phone, "order-1")
      yield* deli.browser().visit(link)
      assert.strictEqual((yield* deli.report()).people, 2)
      yield* deli.customers.erase(customer, "test")
      assert.deepStrictEqual(yield* deli.report(), { ...nothing, visits: 1, people: 1 })
    })
  )
})
