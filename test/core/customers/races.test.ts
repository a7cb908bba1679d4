import { assert, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import type { CustomerId, NewEntry } from "../../../core/customers/model.ts"
import { Database } from "../../../core/database/database.ts"
import { mini, pool, poolMigrations, shop } from "../../support/customers.ts"
import { eachDatabase, type Kind, processesOn } from "../../support/database.ts"

const rounds = Array.from({ length: 8 }, (_, round) => round)
const together = { concurrency: "unbounded" } as const
const keep = { until: Number.MAX_SAFE_INTEGER, openUntil: Number.MAX_SAFE_INTEGER }

interface Process {
  readonly customers: Customers["Service"]
  readonly database: Database["Service"]
}

const two = Effect.fnUntraced(function* (kind: Kind) {
  const begin = yield* processesOn(kind, poolMigrations)
  const process = Effect.map(
    begin(pool),
    (services): Process => ({
      customers: Context.get(services, Customers),
      database: Context.get(services, Database)
    })
  )
  return { one: yield* process, other: yield* process }
})

const note = ({ customers, database }: Process, who: CustomerId, entry: NewEntry) =>
  database.write(`note:${entry.kind}:${entry.at}`, (sql) => customers.note(sql, who, entry))

const kindsOf = ({ customers }: Process, who: CustomerId) =>
  Effect.map(customers.timeline(who, { limit: 100 }), ({ items }) =>
    items.map(({ kind }) => kind).toSorted()
  )

eachDatabase("two processes with one customer", (database) => {
  it.live("lose nothing that is noted while the customer is merged", () =>
    Effect.gen(function* () {
      const { one, other } = yield* two(database)
      for (const round of rounds) {
        const a = yield* one.customers.recognise(shop, { openid: `a-${round}` })
        const b = yield* one.customers.recognise(mini, { openid: `b-${round}` })
        yield* Effect.all(
          [
            note(one, a, { kind: "a1", at: 1, text: "x" }),
            one.customers.merge(a, b, "test"),
            note(other, a, { kind: "a2", at: 2, keep }),
            other.customers.merge(b, a, "test"),
            note(other, b, { kind: "b1", at: 3, text: "x" }),
            note(one, b, { kind: "b2", at: 4, keep }),
            other.customers.consents.record(b, { entity: "E", purpose: "p", place: "q" })
          ],
          together
        )
        for (const who of [a, b]) {
          assert.deepStrictEqual(yield* kindsOf(one, who), ["a1", "a2", "b1", "b2"])
          assert.strictEqual((yield* other.customers.consents.of(who)).length, 1)
        }
      }
    })
  )

  it.live("leave no circle when three are merged crosswise", () =>
    Effect.gen(function* () {
      const { one, other } = yield* two(database)
      for (const round of rounds) {
        const [a, b, c] = yield* Effect.all([
          one.customers.recognise(shop, { openid: `a-${round}` }),
          one.customers.recognise(shop, { openid: `b-${round}` }),
          one.customers.recognise(shop, { openid: `c-${round}` })
        ])
        yield* Effect.all(
          [
            one.customers.merge(a, b, "test"),
            other.customers.merge(b, c, "test"),
            other.customers.merge(c, a, "test")
          ],
          together
        )
        const now = yield* Effect.forEach([a, b, c], one.customers.current)
        assert.strictEqual(new Set(now).size, 1)
        assert.include([a, b, c], now[0])
      }
    })
  )

  it.live(
    "keep no word of somebody who is forgotten meanwhile, and lose no payment of theirs",
    () =>
      Effect.gen(function* () {
        const { one, other } = yield* two(database)
        for (const round of rounds) {
          const at = { openid: `o-${round}`, unionid: `u-${round}` }
          const who = yield* one.customers.recognise(shop, at)
          const words = Array.from({ length: 12 }, (_, at) =>
            note(at % 2 ? one : other, who, { kind: "wrote", at, text: "x" })
          )
          const paid = { kind: "paid", text: "x", keep }
          const number = { kind: "member", within: "erp", value: `m-${round}` } as const
          yield* Effect.all(
            [
              ...words.slice(6),
              other.customers.learn(who, { nickname: "小明" }),
              note(one, who, { ...paid, at: 20, paymentNumbers: [`k-${round}`] }),
              other.customers.erase(who, "unsubscribe"),
              one.customers.learn(who, { phone: "13800138000" }),
              Effect.ignore(other.customers.link(who, number, "login")),
              note(other, who, { ...paid, at: 21 }),
              ...words.slice(0, 6)
            ],
            together
          )
          const whole = yield* one.customers.exportOf(who)
          assert.deepStrictEqual(whole.profile, {})
          assert.deepStrictEqual(whole.identities, [])
          assert.deepStrictEqual(
            whole.timeline.map(({ kind, text }) => [kind, text]),
            [
              ["paid", undefined],
              ["paid", undefined]
            ]
          )
          const again = yield* other.customers.recognise(mini, {
            openid: `m-${round}`,
            unionid: at.unionid
          })
          assert.notStrictEqual(again, who)
          assert.deepStrictEqual(yield* kindsOf(one, again), ["paid", "paid"])
        }
      })
  )
})
