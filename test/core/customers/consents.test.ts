import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Customers } from "../../../core/customers/customers.ts"
import { franchise, fresh, mini, recognise, shop, write } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"

const consent = { entity: "Company Ltd", purpose: "marketing", place: "checkout page" }

/** A customer who follows the shop, and bought something there. */
const buyer = Effect.fnUntraced(function* (openid: string) {
  const customer = yield* recognise(shop, openid)
  yield* write(async (sql, { contacts, note }) => {
    await contacts.followed(sql, { appid: shop.appid, openid }, 0)
    await note(sql, customer, { kind: "paid", at: 100, plugin: "pos" })
  })
  return customer
})

const segment = (
  facts: Omit<Parameters<Customers["Service"]["segment"]>[0], "appid"> = {},
  limit = 10
) =>
  Customers.use((customers) =>
    customers.segment({ appid: shop.appid, ...facts }, "Company Ltd", { limit })
  )
const members = Effect.map(segment(), ({ items }) => items.map(({ openid }) => openid))

eachDatabase("a segment for marketing", (database) => {
  it.effect("holds nobody who only bought something", () =>
    Effect.gen(function* () {
      const { consents, reach } = yield* Customers
      const customer = yield* buyer("o-1")
      assert.deepStrictEqual(yield* members, [])
      const wanted = { purpose: "marketing", entity: "Company Ltd" } as const
      assert.containsSubset(yield* reach(customer, wanted), { not: "no consent" })
      yield* consents.record(customer, consent)
      assert.deepStrictEqual(yield* members, ["o-1"])
      assert.containsSubset(yield* reach(customer, wanted), { channel: "mass" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("holds nobody who agreed to something else, or to somebody else", () =>
    Effect.gen(function* () {
      const { consents, segment } = yield* Customers
      const customer = yield* buyer("o-1")
      yield* consents.record(customer, { ...consent, entity: "Franchise Ltd" })
      yield* consents.record(customer, { ...consent, purpose: "profile" })
      assert.deepStrictEqual(yield* members, [])
      // The franchise has an account of its own, and not the company's.
      const refused = segment({ appid: franchise.appid }, "Company Ltd", { limit: 9 })
      assert.strictEqual((yield* Effect.flip(refused)).status, 409)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("goes by the last word; said at the same time, no is the last", () =>
    Effect.gen(function* () {
      const { consents } = yield* Customers
      const customer = yield* buyer("o-1")
      yield* consents.withdraw(customer, consent)
      yield* consents.record(customer, consent)
      assert.deepStrictEqual(yield* members, [])
      yield* TestClock.adjust("1 minute")
      yield* consents.record(customer, consent)
      assert.deepStrictEqual(yield* members, ["o-1"])
      yield* TestClock.adjust("1 minute")
      yield* consents.withdraw(customer, consent)
      assert.deepStrictEqual(yield* members, [])
      assert.deepStrictEqual(
        (yield* consents.of(customer)).map(({ at, given }) => [at, given]),
        [
          [0, true],
          [0, false],
          [60_000, true],
          [120_000, false]
        ]
      )
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("goes by the last word of either, when two turn out to be one", () =>
    Effect.gen(function* () {
      const { consents } = yield* Customers
      const [one, other] = [yield* buyer("o-1"), yield* recognise(mini, "m-1", "u-1")]
      yield* consents.record(one, consent)
      yield* TestClock.adjust("1 minute")
      yield* consents.withdraw(other, consent)
      assert.deepStrictEqual(yield* members, ["o-1"])
      yield* recognise(shop, "o-1", "u-1")
      assert.deepStrictEqual(yield* members, [])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("holds followers alone, by what happened with them", () =>
    Effect.gen(function* () {
      const { consents } = yield* Customers
      for (const openid of ["o-1", "o-2", "o-3", "o-4"])
        yield* consents.record(yield* buyer(openid), consent)
      const visitor = yield* recognise(shop, "o-5")
      yield* consents.record(visitor, consent)
      yield* write(async (sql, { contacts, note }) => {
        await note(sql, visitor, { kind: "paid", at: 100, plugin: "pos" })
        await contacts.strayed(sql, { appid: shop.appid, openid: "o-4" })
        await contacts.blocked(sql, { appid: shop.appid, openid: "o-3" }, 5)
      })
      assert.sameMembers(yield* members, ["o-1", "o-2"])
      const count = (facts: Parameters<typeof segment>[0]) =>
        Effect.map(segment(facts), ({ items }) => items.length)
      assert.strictEqual(yield* count({ did: [{ kind: "paid", plugin: "pos", since: 100 }] }), 2)
      assert.strictEqual(yield* count({ did: [{ kind: "paid", since: 101 }] }), 0)
      assert.strictEqual(yield* count({ did: [{ kind: "paid" }, { kind: "scanned" }] }), 0)
      const first = yield* segment({}, 1)
      const { items } = yield* Customers.use((customers) =>
        customers.segment({ appid: shop.appid }, "Company Ltd", { limit: 9, after: first.next })
      )
      assert.strictEqual(items.length, 1)
      assert.notDeepEqual(items, first.items)
    }).pipe(Effect.provide(fresh(database)))
  )
})
