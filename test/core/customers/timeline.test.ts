import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import { fresh, kindsOf, recognise, shop, write } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"

eachDatabase("a timeline", (database) => {
  it.effect(
    "tells what happened, newest first, in parts that neither overlap nor leave a gap",
    () =>
      Effect.gen(function* () {
        const { timeline } = yield* Customers
        const customer = yield* recognise(shop, "o-1")
        yield* write(async (sql, { note }) => {
          for (let at = 0; at < 25; at++)
            await note(sql, customer, { kind: "told", at: Math.floor(at / 3), data: at })
        })
        const seen: Array<unknown> = []
        for (let after: string | undefined; ; ) {
          const { items, next } = yield* timeline(customer, { limit: 4, after })
          seen.push(...items.map(({ data }) => data))
          if (next === undefined) break
          after = next
        }
        assert.strictEqual(seen.length, 25)
        assert.strictEqual(new Set(seen).size, 25)
        const first = yield* timeline(customer, { limit: 25 })
        assert.deepStrictEqual(
          first.items.map(({ at }) => at),
          first.items.map(({ at }) => at).toSorted((a, b) => b - a)
        )
        assert.isUndefined(first.next)
      }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("says once what is said twice under one name", () =>
    Effect.gen(function* () {
      const customer = yield* recognise(shop, "o-1")
      const entry = { kind: "told", at: 1, plugin: "pos", once: "ticket-17" }
      for (const plugin of ["pos", "pos", "airline"])
        yield* write((sql, { note }) => note(sql, customer, { ...entry, plugin }))
      assert.deepStrictEqual(yield* kindsOf(customer), ["told", "told"])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is undone with the fact it belongs to", () =>
    Effect.gen(function* () {
      const customer = yield* recognise(shop, "o-1")
      const failing = write(async (sql, { note }) => {
        await note(sql, customer, { kind: "paid", at: 1, paymentNumbers: ["4200"] })
        throw new Error("on purpose")
      })
      yield* Effect.ignoreCause(failing)
      assert.deepStrictEqual(yield* kindsOf(customer), [])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is found by reference, payment number and phone, each known whole", () =>
    Effect.gen(function* () {
      const { learn, search } = yield* Customers
      const [one, other] = [yield* recognise(shop, "o-1"), yield* recognise(shop, "o-2")]
      yield* write(async (sql, { note }) => {
        const paid = { kind: "paid", plugin: "pos" }
        await note(sql, one, { ...paid, at: 1, reference: "T-17", paymentNumbers: ["K-1", "4200"] })
        await note(sql, other, { ...paid, at: 2, reference: "T-17", paymentNumbers: ["K-2"] })
      })
      yield* learn(one, { phone: "+86 138-0013-8000" })
      yield* learn(other, { phone: "13800138000" })
      const page = { limit: 10 }
      const who = (sought: Parameters<typeof search>[0]) =>
        Effect.map(search(sought, page), ({ items }) => items.map(({ customer }) => customer))

      assert.deepStrictEqual(yield* who({ reference: "T-17" }), [other, one])
      assert.deepStrictEqual(yield* who({ reference: "T-1" }), [])
      assert.deepStrictEqual(yield* who({ paymentNumber: "4200" }), [one])
      assert.deepStrictEqual(yield* who({ paymentNumber: "K-2" }), [other])
      // One phone may be two people's, and says nothing of who they are.
      assert.sameMembers(yield* who({ phone: "138 0013 8000" }), [one, other])
      const [first] = (yield* search({ phone: "13800138000" }, { limit: 1 })).items
      const { next } = yield* search({ phone: "13800138000" }, { limit: 1 })
      const [second] = (yield* search({ phone: "13800138000" }, { limit: 1, after: next })).items
      assert.sameMembers([first?.customer, second?.customer], [one, other])
    }).pipe(Effect.provide(fresh(database)))
  )
})
