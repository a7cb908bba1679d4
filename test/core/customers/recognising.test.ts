import { assert, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import { TestClock } from "effect/testing"
import { Customers } from "../../../core/customers/customers.ts"
import {
  fresh,
  kindsOf,
  mini,
  pool,
  poolMigrations,
  recognise,
  shop,
  write
} from "../../support/customers.ts"
import { eachDatabase, processesOn } from "../../support/database.ts"

const rounds = Array.from({ length: 10 }, (_, round) => round)

eachDatabase("somebody WeChat means", (database) => {
  it.effect("is one customer, however often they come", () =>
    Effect.gen(function* () {
      const first = yield* recognise(shop, "o-1")
      assert.strictEqual(yield* recognise(shop, "o-1"), first)
      assert.notStrictEqual(yield* recognise(shop, "o-2"), first)
      assert.notStrictEqual(yield* recognise(mini, "o-1"), first)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is the same at all accounts that share a unionid", () =>
    Effect.gen(function* () {
      const first = yield* recognise(shop, "o-1", "u-1")
      assert.strictEqual(yield* recognise(mini, "m-1", "u-1"), first)
      assert.strictEqual(yield* recognise(mini, "m-1"), first)
      const { identitiesOf, openidOf } = yield* Customers
      assert.sameDeepMembers(
        [...(yield* identitiesOf(first))],
        [
          { kind: "openid", within: shop.appid, value: "o-1" },
          { kind: "unionid", within: "company", value: "u-1" },
          { kind: "openid", within: mini.appid, value: "m-1" }
        ]
      )
      assert.strictEqual(yield* openidOf(first, mini.appid), "m-1")
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("keeps a unionid that an answer lacks", () =>
    Effect.gen(function* () {
      const first = yield* recognise(shop, "o-1", "u-1")
      yield* recognise(shop, "o-1")
      yield* recognise(shop, "o-1", "")
      assert.strictEqual(yield* recognise(mini, "m-1", "u-1"), first)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect(
    "becomes one with themselves when the unionid comes late, and nothing of either is lost",
    () =>
      Effect.gen(function* () {
        const older = yield* recognise(shop, "o-1")
        yield* TestClock.adjust("1 second")
        const younger = yield* recognise(mini, "m-1", "u-1")
        const { consents, current, identitiesOf, learn, profile } = yield* Customers
        for (const [customer, kind] of [
          [older, "scanned"],
          [younger, "paid"]
        ] as const)
          yield* write((sql, { note }) => note(sql, customer, { kind, at: 1 }))
        const consent = { entity: "Company Ltd", purpose: "marketing", place: "page" }
        yield* consents.record(younger, consent)
        yield* learn(older, { nickname: "小明" })
        yield* learn(younger, { phone: "13800138000" })

        assert.strictEqual(yield* recognise(shop, "o-1", "u-1"), older)

        assert.strictEqual(yield* current(younger), older)
        assert.strictEqual((yield* identitiesOf(younger)).length, 4)
        for (const customer of [older, younger]) {
          assert.sameMembers(yield* kindsOf(customer), ["scanned", "paid"])
          assert.deepInclude((yield* consents.of(customer))[0], consent)
          assert.deepStrictEqual(yield* profile(customer), {
            nickname: "小明",
            phone: "13800138000"
          })
        }
        const { changes } = yield* Customers.use(({ exportOf }) => exportOf(older))
        assert.deepInclude(changes[0], { change: "merged", customer: older, other: younger })
      }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is found under every old number after merges of merges", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.forEach(["a", "b", "c", "d"], (openid) =>
        Effect.andThen(TestClock.adjust("1 second"), recognise(shop, openid))
      )
      const [a, b, c, d] = ids
      const { current, merge } = yield* Customers
      if (!a || !b || !c || !d) return assert.fail()
      assert.strictEqual(yield* merge(b, a, "test"), a)
      assert.strictEqual(yield* merge(c, d, "test"), c)
      assert.strictEqual(yield* merge(d, b, "test"), a)
      assert.deepStrictEqual(yield* Effect.forEach(ids, current), [a, a, a, a])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.live("is one customer, though two gateways see them first at the same time", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, poolMigrations)
      const one = Context.get(yield* begin(pool), Customers)
      const other = Context.get(yield* begin(pool), Customers)
      const all = <A>(work: (customers: Customers["Service"], who: number) => Effect.Effect<A>) =>
        Effect.forEach([0, 1, 2, 3, 4, 5, 6, 7], (who) => work(who % 2 ? one : other, who), {
          concurrency: "unbounded"
        })
      for (const round of rounds) {
        const same = yield* all(({ recognise }) => recognise(shop, { openid: `o-${round}` }))
        assert.strictEqual(new Set(same).size, 1)
        // Half of them meet the person at the shop and half in the mini program; the unionid says that it is one.
        const unionid = `u-${round}`
        yield* all(({ recognise }, who) =>
          who < 4
            ? recognise(shop, { openid: `p-${round}`, ...(who === 3 && { unionid }) })
            : recognise(mini, { openid: `m-${round}`, unionid })
        )
        const found = yield* Effect.forEach([shop, mini], (at) =>
          one.recognise(at, { openid: at === shop ? `p-${round}` : `m-${round}` })
        )
        assert.strictEqual(new Set(found).size, 1)
      }
    })
  )
})
