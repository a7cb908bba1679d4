import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Contacts } from "../../../core/customers/contacts.ts"
import { Customers } from "../../../core/customers/customers.ts"
import type { Sql } from "../../../core/database/database.ts"
import { fresh, mini, recognise, shop, write } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"

const contact = { appid: shop.appid, openid: "o-1" }
const hour = 3_600_000
const wanted = {
  purpose: "transaction",
  templates: {
    [shop.appid]: { subscription: "S", template: "T" },
    [mini.appid]: { subscription: "M" }
  }
} as const
const plain = { purpose: "transaction" } as const

const told = (work: (sql: Sql, contacts: Contacts) => Promise<unknown>) =>
  write(async (sql, { contacts }) => void (await work(sql, contacts)))

const reach = (how: Parameters<Customers["Service"]["reach"]>[1] = wanted) =>
  Effect.gen(function* () {
    const customers = yield* Customers
    return yield* customers.reach(yield* recognise(shop, "o-1", "u-1"), how)
  })

eachDatabase("a customer is told something", (database) => {
  it.effect("by what they agreed to first, once for each time they did", () =>
    Effect.gen(function* () {
      yield* recognise(mini, "m-1", "u-1")
      assert.containsSubset(yield* reach(), { not: "not subscribed" })
      yield* told((sql, { followed }) => followed(sql, contact, 0))
      assert.containsSubset(yield* reach(), { channel: "template", template: "T" })
      yield* told(async (sql, { subscribed }) => {
        await subscribed(sql, contact, "S", "one")
        await subscribed(sql, contact, "S", "one")
        await subscribed(sql, { appid: mini.appid, openid: "m-1" }, "M", "one")
      })
      const spend = (openid: string, appid: string, template: string) =>
        write((sql, { contacts }) => contacts.spend(sql, { appid, openid }, template))
      for (const [at, openid, template] of [
        [shop, "o-1", "S"],
        [shop, "o-1", "S"],
        [mini, "m-1", "M"]
      ] as const) {
        const way = { channel: "subscription", appid: at.appid, openid, template }
        assert.containsSubset(yield* reach(), way)
        assert.isTrue(yield* spend(openid, at.appid, template))
        yield* TestClock.adjust("1 second")
      }
      assert.isFalse(yield* spend("o-1", shop.appid, "S"))
      assert.containsSubset(yield* reach(), { channel: "template" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("for good where they agreed for good, until they refuse", () =>
    Effect.gen(function* () {
      yield* told((sql, { subscribed }) => subscribed(sql, contact, "S", "all"))
      yield* write((sql, { contacts }) => contacts.spend(sql, contact, "S"))
      assert.containsSubset(yield* reach(), { channel: "subscription" })
      yield* told((sql, { subscribed }) => subscribed(sql, contact, "S", "none"))
      assert.containsSubset(yield* reach(), { not: "not subscribed" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("for 48 hours after they wrote, five times, and anew when they write again", () =>
    Effect.gen(function* () {
      yield* told(async (sql, { acted, followed }) => {
        await followed(sql, contact, 0)
        await acted(sql, contact, "message", 0)
      })
      for (let sent = 0; sent < 5; sent++) {
        assert.containsSubset(yield* reach(plain), {
          channel: "custom",
          action: "message",
          until: 48 * hour
        })
        yield* told((sql, { wrote }) => wrote(sql, contact, "message"))
      }
      assert.containsSubset(yield* reach(plain), { not: "used up" })
      yield* told((sql, { acted }) => acted(sql, contact, "message", hour))
      assert.containsSubset(yield* reach(plain), { until: 49 * hour })
      // An older message that is heard late takes nothing back.
      yield* told((sql, { acted }) => acted(sql, contact, "message", 0))
      assert.containsSubset(yield* reach(plain), { until: 49 * hour })
      yield* TestClock.adjust("49 hours")
      assert.containsSubset(yield* reach(plain), { not: "no window" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("in the shortest window that is open, so that the longer ones last", () =>
    Effect.gen(function* () {
      yield* told(async (sql, { acted, followed }) => {
        await followed(sql, contact, 0)
        await acted(sql, contact, "payment", 0)
        await acted(sql, contact, "follow", 0)
      })
      assert.containsSubset(yield* reach(plain), { action: "follow", until: 60_000 })
      yield* TestClock.adjust("1 minute")
      assert.containsSubset(yield* reach(plain), { action: "payment", until: 48 * hour })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("not when they block the account, until they write to it another day", () =>
    Effect.gen(function* () {
      yield* told(async (sql, { acted, blocked, followed }) => {
        await followed(sql, contact, 0)
        await acted(sql, contact, "message", 0)
        await blocked(sql, contact, 1)
      })
      const refused = yield* reach()
      assert.containsSubset(refused, { not: "blocked" })
      assert.deepInclude("tried" in refused ? refused.tried : [], {
        appid: shop.appid,
        channel: "template",
        why: "blocked"
      })
      yield* told((sql, { acted }) => acted(sql, contact, "message", 2))
      assert.containsSubset(yield* reach(), { not: "blocked" })
      yield* told((sql, { acted }) => acted(sql, contact, "message", 24 * hour + 1))
      assert.containsSubset(yield* reach(), { channel: "template" })
    }).pipe(Effect.provide(fresh(database)))
  )
})
