import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { tables } from "../../../core/notices/store.ts"
import { eachDatabase } from "../../support/database.ts"
import { openShop, paid, said } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

eachDatabase("A notice", (database) => {
  it.effect("reaches a follower as it was meant, and is known to have arrived", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer, openid } = yield* shop.person()
      yield* shop.tell(customer, "k-1", { more: { what: "一".repeat(30) } })
      assert.containsSubset(yield* shop.seen, [
        {
          openid,
          way: "template",
          lines: [
            { value: "T-20261124-7" },
            { value: "¥12.50" },
            { value: "2026年11月24日 12:00" },
            { value: `${"一".repeat(19)}…` }
          ]
        }
      ])
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered", channel: "template" })
      assert.containsSubset(shop.done, [
        { notice: "paid", key: "k-1", reference: "ticket k-1", state: "delivered" }
      ])
      const { items } = yield* shop.customers.timeline(customer, { limit: 10 })
      assert.containsSubset(items, [{ kind: "told", plugin: "shop", reference: "ticket k-1" }])
      assert.isFalse(yield* shop.anywhere("T-20261124-7"), "nothing of it is stored in clear")
    })
  )

  it.effect("is told once for each key, and both within and outside of a write", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      yield* shop.tell(customer, "k-1")
      yield* shop.tell(customer, "k-1", { more: { what: "something else" } })
      yield* shop.write((sql) =>
        shop.notices.tellIn(sql, customer, paid, said, { key: "k-1", reference: "r" })
      )
      const undone = shop.write(async (sql) => {
        await shop.notices.tellIn(sql, customer, paid, said, { key: "k-2", reference: "r" })
        throw new Error("no")
      })
      yield* Effect.exit(undone)
      yield* pass("3 seconds")
      assert.strictEqual((yield* shop.seen).length, 1)
      assert.strictEqual((yield* shop.rows).length, 1)
    })
  )

  it.effect("does not reach who never consented, and WeChat is not even asked", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      yield* shop.map("subscription")
      const { customer } = yield* shop.person({ follows: false })
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "failed", why: "not subscribed" })
      assert.strictEqual(shop.sends(), 0)
      const { items } = yield* shop.customers.timeline(customer, { limit: 10 })
      assert.containsSubset(items, [{ kind: "not told", reference: "ticket k-1" }])
    })
  )

  it.effect(
    "uses up one consent for each message, and goes by another channel after the last",
    () =>
      Effect.gen(function* () {
        const shop = yield* openShop(database)
        yield* shop.map()
        yield* shop.map("subscription")
        const { customer, openid } = yield* shop.person()
        const templateId = shop.credentials.subscriptionTemplateId
        yield* shop.control("POST", `/users/${openid}/consent`, { templateId })
        yield* pass("2 seconds")
        yield* shop.tell(customer, "k-1")
        yield* shop.tell(customer, "k-2")
        assert.containsSubset(yield* shop.state("k-1"), {
          state: "delivered",
          channel: "subscription"
        })
        assert.containsSubset(yield* shop.state("k-2"), { state: "delivered", channel: "template" })
      })
  )

  it.effect("goes by the window somebody opened by writing, where there is no template", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { customer, openid } = yield* shop.person()
      yield* shop.control("POST", `/users/${openid}/messages`, { text: "你好" })
      yield* pass("2 seconds")
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "sent", channel: "custom" })
      const { messages } = yield* shop.control("GET", `/users/${openid}/messages`)
      assert.include(JSON.stringify(messages), "支付成功通知\\n订单号：T-20261124-7\\n金额：¥12.50")
    })
  )

  it.effect("waits until somebody says which template it is", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { customer } = yield* shop.person()
      yield* pass("2 minutes")
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "held", why: "no template" })
      assert.containsSubset(yield* shop.todos, [{ kind: "notice.unmapped", subject: "shop.paid" }])
      yield* shop.map()
      yield* pass("61 minutes")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
    })
  )

  it.effect("leaves out what would sell something, and tells the rest", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      yield* shop.tell(customer, "k-1", { more: { what: "下单立减20元，快来" } })
      assert.containsSubset(yield* shop.seen, [
        { lines: [{}, { value: "¥12.50" }, {}, { value: "-" }] }
      ])
      assert.containsSubset(yield* shop.todos, [
        { kind: "notice.advertising", subject: "shop.paid" }
      ])
    })
  )

  it.effect("goes with whoever wants to be forgotten, sent or not", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer, openid } = yield* shop.person()
      yield* shop.tell(customer, "k-1")
      yield* shop.control("POST", `/users/${openid}/unfollow`, {})
      yield* shop.tell(customer, "k-2", { wait: "0 seconds" })
      yield* pass("3 seconds")
      assert.deepStrictEqual(yield* shop.rows, [])
      assert.strictEqual((yield* shop.seen).length, 1)
      const tally = yield* shop.read((sql) =>
        tables(sql).selectFrom("weir_notice_tally").selectAll().execute()
      )
      assert.containsSubset(tally, [{ plugin: "shop", sent: 1, gone: 1 }])
    })
  )
})
