import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import type { CustomerId } from "../../../core/customers/model.ts"
import { fresh, kindsOf, mini, recognise, shop, write } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"

const member = (value: string) => ({ kind: "member" as const, within: "erp", value })

eachDatabase("a member number of an old system", (database) => {
  it.effect("is linked to one customer alone, and again without harm", () =>
    Effect.gen(function* () {
      const { identitiesOf, link } = yield* Customers
      const [one, other] = [yield* recognise(shop, "o-1"), yield* recognise(shop, "o-2")]
      yield* link(one, member("M-17"), "login")
      yield* link(one, member("M-17"), "login")
      const refused = yield* Effect.flip(link(other, member("M-17"), "login"))
      assert.deepInclude(refused, { _tag: "IdentityTaken", by: one, status: 409 })
      yield* link(other, { ...member("M-17"), within: "another" }, "login")
      assert.deepInclude([...(yield* identitiesOf(one))], member("M-17"))
      assert.strictEqual((yield* identitiesOf(one)).length, 2)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("moves to another customer, and everything else stays", () =>
    Effect.gen(function* () {
      const { exportOf, identitiesOf, link, move } = yield* Customers
      const [one, other] = [yield* recognise(shop, "o-1"), yield* recognise(shop, "o-2")]
      yield* link(one, member("M-17"), "login")
      yield* write((sql, { note }) => note(sql, one, { kind: "paid", at: 1 }))
      yield* move(member("M-17"), other, "card handed on")
      assert.notDeepInclude([...(yield* identitiesOf(one))], member("M-17"))
      assert.deepInclude([...(yield* identitiesOf(other))], member("M-17"))
      assert.deepStrictEqual(yield* kindsOf(one), ["paid"])
      const [change] = (yield* exportOf(other)).changes
      assert.deepInclude(change, { change: "moved", other: one, why: "card handed on" })
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("that nobody has cannot move, and nobody's customer gets nothing", () =>
    Effect.gen(function* () {
      const { link, merge, move } = yield* Customers
      const one = yield* recognise(shop, "o-1")
      const nobody = "0".repeat(28) as CustomerId
      assert.strictEqual(
        (yield* Effect.flip(move(member("M-17"), one, "test")))._tag,
        "IdentityUnknown"
      )
      const unknown = (refused: { readonly _tag: string }) =>
        assert.strictEqual(refused._tag, "CustomerUnknown")
      unknown(yield* Effect.flip(link(nobody, member("M-17"), "test")))
      unknown(yield* Effect.flip(merge(one, nobody, "test")))
      unknown(yield* Effect.flip(move(member("M-17"), nobody, "test")))
    }).pipe(Effect.provide(fresh(database)))
  )
})

eachDatabase("an account that moves to another body", (database) => {
  it.effect("keeps its people, whether they were seen at the new one before or not", () =>
    Effect.gen(function* () {
      const { identitiesOf, migrate } = yield* Customers
      const moved = { ...shop, appid: "wxmoved0000000001" }
      const one = yield* recognise(shop, "o-1")
      const two = yield* recognise(shop, "o-2")
      yield* recognise(mini, "m-2", "u-2")
      yield* write((sql, { contacts }) =>
        contacts.followed(sql, { appid: shop.appid, openid: "o-1" }, 1)
      )
      yield* recognise(moved, "n-2", "u-2")
      yield* write((sql, { note }) => note(sql, two, { kind: "paid", at: 1 }))

      const pairs = [1, 2, 3].map((number) => ({ from: `o-${number}`, to: `n-${number}` }))
      assert.strictEqual(yield* migrate(shop, moved, pairs), 2)
      assert.strictEqual(yield* migrate(shop, moved, pairs), 2)

      assert.strictEqual(yield* recognise(moved, "n-1"), one)
      assert.sameMembers(
        (yield* identitiesOf(two)).map(({ value }) => value),
        ["o-2", "m-2", "u-2", "n-2"]
      )
      assert.deepStrictEqual(yield* kindsOf(yield* recognise(mini, "m-2")), ["paid"])
    }).pipe(Effect.provide(fresh(database)))
  )
})
