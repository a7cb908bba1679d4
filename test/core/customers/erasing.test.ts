import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Customers } from "../../../core/customers/customers.ts"
import type { CustomerId } from "../../../core/customers/model.ts"
import { Database } from "../../../core/database/database.ts"
import { fresh, kindsOf, mini, recognise, shop, today, write } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"

const year = Duration.toMillis("365 days")
const contact = { appid: shop.appid, openid: "o-1" }
const consent = { entity: "Company Ltd", purpose: "marketing", place: "page" }
const notice = { purpose: "transaction", templates: { [shop.appid]: { template: "T" } } } as const

/** Somebody of whom much is known: an open payment, one that is only kept, and words. */
const wellKnown = Effect.gen(function* () {
  const { consents, learn, link } = yield* Customers
  const customer = yield* recognise(shop, "o-1", "u-1")
  yield* recognise(mini, "m-1", "u-1")
  yield* learn(customer, { nickname: "小明", avatar: "https://a", phone: "13800138000" })
  yield* link(customer, { kind: "member", within: "erp", value: "M-17" }, "login")
  yield* consents.record(customer, consent)
  yield* write(async (sql, { contacts, note }) => {
    await contacts.followed(sql, contact, 0)
    await contacts.acted(sql, contact, "message", 0)
    await contacts.subscribed(sql, contact, "S", "one")
    await note(sql, customer, { kind: "followed", at: 0 })
    await note(sql, customer, { kind: "wrote", at: 1, text: "你好" })
    const paid = { kind: "paid", at: 2, text: "thanks", reference: "T-1", plugin: "pos" }
    await note(sql, customer, {
      ...paid,
      paymentNumbers: ["4200"],
      keep: { until: 3 * year, openUntil: year }
    })
    await note(sql, customer, { kind: "delivered", at: 3, keep: { until: 3 * year, openUntil: 0 } })
  })
  return customer
})

/** How many rows there are of each kind. */
const rows = Effect.gen(function* () {
  const database = yield* Database
  const tables = [
    "identities",
    "profiles",
    "entries",
    "entry_marks",
    "contacts",
    "windows",
    "subscriptions"
  ]
  const counts = yield* Effect.forEach(tables, (table) =>
    database.read(async (sql) => {
      const found = await sql
        .withTables<{ [table: string]: { readonly [column: string]: unknown } }>()
        .selectFrom(`weir_${table}`)
        .selectAll()
        .execute()
      return [table, found.length] as const
    })
  )
  return Object.fromEntries(counts)
})

const entriesOf = (customer: CustomerId) =>
  Customers.use(({ timeline }) => timeline(customer, { limit: 10 })).pipe(
    Effect.map(({ items }) => items)
  )

eachDatabase("somebody who asks to be forgotten", (database) => {
  it.effect("is reached no more, and of their profile and words nothing is left", () =>
    Effect.gen(function* () {
      const customer = yield* wellKnown
      const { consents, current, erase, identitiesOf, openidOf, profile, reach, search, segment } =
        yield* Customers
      assert.containsSubset(yield* reach(customer, notice), { channel: "template" })
      assert.strictEqual(
        (yield* segment({ appid: shop.appid }, "Company Ltd", { limit: 9 })).items.length,
        1
      )

      yield* erase(customer, "unsubscribe")
      yield* erase(customer, "unsubscribe")

      assert.containsSubset(yield* reach(customer, notice), { not: "no contact" })
      assert.deepStrictEqual(
        (yield* segment({ appid: shop.appid }, "Company Ltd", { limit: 9 })).items,
        []
      )
      assert.deepStrictEqual(yield* profile(customer), {})
      assert.deepStrictEqual(yield* identitiesOf(customer), [])
      assert.isUndefined(yield* openidOf(customer, mini.appid))
      assert.isUndefined(yield* current(customer))
      assert.deepStrictEqual(yield* consents.of(customer), [])
      assert.deepStrictEqual((yield* search({ phone: "13800138000" }, { limit: 9 })).items, [])
      const [open, ...more] = yield* entriesOf(customer)
      assert.deepInclude(open, { kind: "paid", reference: "T-1" })
      assert.notProperty(open, "text")
      assert.deepStrictEqual(more, [])
      assert.deepInclude(yield* rows, {
        profiles: 0,
        entries: 2,
        contacts: 0,
        windows: 0,
        subscriptions: 0
      })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is found by an open payment until nothing can follow from it any more", () =>
    Effect.gen(function* () {
      const customer = yield* wellKnown
      const { close, erase, search } = yield* Customers
      yield* erase(customer, "unsubscribe")
      const found = Effect.map(
        search({ paymentNumber: "4200" }, { limit: 9 }),
        ({ items }) => items.length
      )
      assert.strictEqual(yield* found, 1)
      yield* write((sql) => close(sql, "airline", "T-1"))
      assert.strictEqual(yield* found, 1)
      yield* TestClock.adjust("364 days")
      assert.strictEqual(yield* found, 1)
      yield* write((sql) => close(sql, "pos", "T-1"))
      assert.strictEqual(yield* found, 0)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("and comes back is a new customer with the open payment, and nothing else", () =>
    Effect.gen(function* () {
      const customer = yield* wellKnown
      const { consents, current, erase, exportOf, profile, reach } = yield* Customers
      yield* erase(customer, "unsubscribe")
      yield* TestClock.adjust("1 day")

      const again = yield* recognise(shop, "o-1")
      assert.notStrictEqual(again, customer)
      assert.deepStrictEqual(yield* kindsOf(again), ["paid"])
      assert.deepStrictEqual(yield* profile(again), {})
      assert.deepStrictEqual(yield* consents.of(again), [])
      assert.containsSubset(yield* reach(again, notice), { not: "not following" })
      // The old number leads to them, and so does what else was known, when it is shown again.
      assert.strictEqual(yield* current(customer), again)
      assert.strictEqual(yield* recognise(mini, "m-1", "u-1"), again)
      // What happens to the old payment is told to the new customer.
      yield* write((sql, { note }) => note(sql, customer, { kind: "refunded", at: 5 }))
      assert.deepStrictEqual(yield* kindsOf(again), ["paid", "refunded"])
      const { changes } = yield* exportOf(again)
      assert.deepStrictEqual(
        changes.map(({ change }) => change).filter((change) => change !== "linked"),
        ["erased", "returned"]
      )
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("hears nothing of what is noted later, but what law demands is written", () =>
    Effect.gen(function* () {
      const customer = yield* wellKnown
      yield* Customers.use(({ erase }) => erase(customer, "unsubscribe"))
      yield* write(async (sql, { note }) => {
        await note(sql, customer, { kind: "told", at: 5, text: "no" })
        const keep = { until: 3 * year, openUntil: year }
        await note(sql, customer, { kind: "refunded", at: 6, text: "no", keep })
      })
      const entries = yield* entriesOf(customer)
      assert.deepStrictEqual(
        entries.map(({ kind, text }) => [kind, text]),
        [
          ["refunded", undefined],
          ["paid", undefined]
        ]
      )
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect(
    "leaves no trace where nothing must be kept, and for a day no more than a pseudonym",
    () =>
      Effect.gen(function* () {
        const { erase, identitiesOf, learn } = yield* Customers
        const customer = yield* recognise(shop, "o-1", "u-1")
        yield* learn(customer, { phone: "13800138000" })
        yield* write((sql, { note }) => note(sql, customer, { kind: "wrote", at: 1, text: "你好" }))
        yield* erase(customer, "asked")
        assert.deepInclude(yield* rows, { profiles: 0, entries: 0 })
        assert.deepStrictEqual(yield* identitiesOf(customer), [])
        yield* today
        yield* TestClock.adjust("1 day")
        yield* today
        assert.deepInclude(yield* rows, { identities: 0 })
        assert.deepStrictEqual(yield* kindsOf(yield* recognise(shop, "o-1")), [])
      }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is forgotten for good by a daily task when the last date has passed", () =>
    Effect.gen(function* () {
      const customer = yield* wellKnown
      const stays = yield* recognise(shop, "o-2")
      yield* write((sql, { note }) => note(sql, stays, { kind: "wrote", at: 1, text: "stays" }))
      yield* Customers.use(({ erase }) => erase(customer, "unsubscribe"))
      yield* today
      assert.deepInclude(yield* rows, { identities: 5, entries: 3, entry_marks: 2 })
      yield* TestClock.adjust(3 * year - 1)
      yield* today
      assert.deepInclude(yield* rows, { identities: 5, entries: 3 })
      yield* TestClock.adjust("1 day")
      yield* today
      assert.deepInclude(yield* rows, { identities: 1, entries: 1, entry_marks: 0 })
      assert.deepStrictEqual(yield* kindsOf(stays), ["wrote"])
      assert.deepStrictEqual(yield* kindsOf(yield* recognise(shop, "o-1")), [])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is forgotten by other parts in the same write, under all their numbers", () =>
    Effect.gen(function* () {
      const { erase, whenErased } = yield* Customers
      const told: Array<ReadonlyArray<CustomerId>> = []
      yield* whenErased(async (_, { customers }) => void told.push(customers))
      const one = yield* recognise(shop, "o-1")
      const other = yield* recognise(mini, "m-1", "u-1")
      yield* recognise(shop, "o-1", "u-1")
      yield* erase(other, "user_authorization_revoke")
      assert.sameMembers([...(told[0] ?? [])], [one, other])
    }).pipe(Effect.provide(fresh(database)))
  )
})
