import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { openShop } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

eachDatabase("What WeChat refuses", (database) => {
  it.effect("because they no longer follow, or take no messages, is remembered", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer, openid } = yield* shop.person({ follows: false })
      const contact = { appid: shop.appid, openid }
      yield* shop.write((sql) => shop.customers.contacts.followed(sql, contact, 1))
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "failed" })
      assert.strictEqual(shop.sends(), 1)
      assert.deepInclude(yield* shop.customers.reach(customer, { purpose: "transaction" }), {
        not: "not following"
      })
      yield* shop.tell(customer, "k-2")
      assert.strictEqual(shop.sends(), 1, "nobody is asked in vain twice")
    })
  )

  it.effect("because they did not agree goes by the next channel, and is remembered", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      yield* shop.map("subscription")
      const { customer, openid } = yield* shop.person()
      const contact = { appid: shop.appid, openid }
      const { subscriptionTemplateId } = shop.credentials
      yield* shop.write((sql) =>
        shop.customers.contacts.subscribed(sql, contact, subscriptionTemplateId, "one")
      )
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered", channel: "template" })
      assert.strictEqual(shop.sends(), 2)
      yield* shop.tell(customer, "k-2")
      assert.strictEqual(shop.sends(), 3)
    })
  )

  it.effect("because a window is closed closes it here", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { customer, openid } = yield* shop.person()
      const contact = { appid: shop.appid, openid }
      yield* pass("2 minutes")
      const now = Date.parse("2026-11-24T12:02:00+08:00")
      yield* shop.write((sql) => shop.customers.contacts.acted(sql, contact, "payment", now))
      yield* shop.tell(customer, "k-1")
      assert.strictEqual(shop.sends(), 1)
      assert.deepInclude(yield* shop.customers.reach(customer, { purpose: "transaction" }), {
        not: "no window"
      })
      assert.containsSubset(yield* shop.state("k-1"), { state: "held", why: "no template" })
    })
  )

  it.effect("because a template is gone is a to-do, and the notice waits for another", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map("template", "x".repeat(43))
      const { customer } = yield* shop.person()
      yield* pass("2 minutes")
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.todos, [{ kind: "notice.template" }])
      assert.containsSubset(yield* shop.state("k-1"), { state: "held" })
    })
  )

  it.effect("because the day's quota is used up waits until it begins anew", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      yield* shop.control("PUT", `/accounts/${shop.appid}`, {
        quotas: { "/cgi-bin/message/template/send": 0 }
      })
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "held" })
    })
  )
})
