import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Customers } from "../../../core/customers/customers.ts"
import { newSecret } from "../../../core/login/secrets.ts"
import { sharingMigrations } from "../../../core/sharing/migrations.ts"
import { Shares } from "../../../core/sharing/shares.ts"
import { wechatServices } from "../../../core/wechat/services.ts"
import {
  kindsOf,
  pool,
  poolMigrations,
  recognise,
  shop,
  today,
  write
} from "../../support/customers.ts"
import { databaseIn, eachDatabase, type Kind, processesOn } from "../../support/database.ts"
import { seal } from "../../support/journal.ts"
import { hosts, lost, makePlatform } from "../wechat/platform.ts"

const migrations = [...poolMigrations, ...sharingMigrations]

/** Sharing in one process. */
const sharing = Shares.layer(new URL("https://weir.example")).pipe(
  Layer.provide(wechatServices([shop], hosts)),
  Layer.provide([seal, makePlatform(() => lost).layer]),
  Layer.provideMerge(pool)
)

const services = (database: Kind) =>
  Layer.unwrap(
    Effect.map(database.place, (url) => Layer.provideMerge(sharing, databaseIn(url, migrations)))
  )

/** A card, and browsers that come by it. */
const shared = Effect.gen(function* () {
  const shares = yield* Shares
  const card = yield* shares.put("deli", { reference: "ham", title: "Ham", to: "/deli/ham" })
  const id = card.link.split("/").at(-1) ?? ""
  const customer = yield* recognise(shop, "o-1")
  const secret = newSecret()
  return {
    shares,
    customer,
    id,
    secret,
    come: (by: Partial<Parameters<typeof shares.visited>[1]> = {}) =>
      shares.visited(id, { secret, customer: undefined, ...by }),
    report: shares.report("deli", "ham"),
    pays: (number: string, kind = "paid", plugin = "deli") =>
      Effect.gen(function* () {
        const at = yield* Effect.clockWith(({ currentTimeMillis }) => currentTimeMillis)
        yield* write((sql, { note }) =>
          note(sql, customer, { kind, at, plugin, paymentNumbers: [number], data: { amount: 100 } })
        )
      })
  }
})

eachDatabase("a visit by a share", (database) => {
  it.effect("leads to what the person pays from then on, for seven days", () =>
    Effect.gen(function* () {
      const { come, customer, pays, report, secret, shares } = yield* shared
      yield* pays("before")
      yield* TestClock.adjust("1 second")
      yield* come()
      yield* shares.recognised(secret, customer)
      yield* pays("at once")
      yield* pays("elsewhere", "paid", "bakery")
      yield* TestClock.adjust("167 hours")
      yield* pays("on the last day")
      yield* TestClock.adjust("1 hour")
      yield* pays("too late")
      yield* pays("at once", "refunded")
      yield* pays("too late", "refunded")
      assert.deepStrictEqual(yield* report, {
        visits: 1,
        people: 1,
        sales: 2,
        amount: 200,
        returned: 100
      })
    }).pipe(Effect.provide(services(database)))
  )

  it.effect("leads to what is paid in the same second, as WeChat tells no parts of one", () =>
    Effect.gen(function* () {
      const { come, customer, pays, report } = yield* shared
      yield* TestClock.adjust("10 seconds")
      yield* pays("a second before")
      yield* TestClock.adjust("1 second")
      yield* pays("told without its parts")
      yield* TestClock.adjust("700 millis")
      yield* come({ customer })
      assert.deepInclude(yield* report, { sales: 1 })
    }).pipe(Effect.provide(services(database)))
  )

  it.effect("becomes nobody's who logs in more than a week later", () =>
    Effect.gen(function* () {
      const { come, customer, report, secret, shares } = yield* shared
      yield* come()
      yield* TestClock.adjust("7 days")
      yield* come()
      yield* shares.recognised(secret, customer)
      assert.deepStrictEqual(yield* kindsOf(customer), ["came by a share"])
      assert.deepInclude(yield* report, { visits: 2, people: 1 })
    }).pipe(Effect.provide(services(database)))
  )

  it.effect("is counted once by processes that see it at the same time", () =>
    Effect.gen(function* () {
      const open = yield* processesOn(database, migrations)
      const [one, two] = [yield* open(Layer.fresh(sharing)), yield* open(Layer.fresh(sharing))]
      const { customer, id, report, secret } = yield* Effect.provide(shared, one)
      const come = (by: typeof customer | undefined) => (at: Context.Context<Shares>) =>
        Context.get(at, Shares).visited(id, { secret, customer: by })
      const all = [one, two].flatMap((at) =>
        [undefined, customer, undefined].map((by) => come(by)(at))
      )
      yield* Effect.all(all, { concurrency: "unbounded" })
      assert.deepInclude(yield* report, { visits: 1, people: 1 })
      assert.deepStrictEqual(yield* Effect.provide(kindsOf(customer), two), ["came by a share"])
    })
  )

  it.effect(
    "is whoever's its customer turned out to be, and is their one sale however often they came",
    () =>
      Effect.gen(function* () {
        const { come, customer, pays, report } = yield* shared
        const other = yield* recognise(shop, "o-2")
        yield* come({ customer })
        yield* come({ customer: other, secret: newSecret() })
        assert.deepInclude(yield* report, { people: 2 })
        yield* Customers.use((customers) => customers.merge(customer, other, "test"))
        yield* pays("one")
        assert.deepInclude(yield* report, { visits: 2, people: 1, sales: 1 })
      }).pipe(Effect.provide(services(database)))
  )

  it.effect("is kept for ninety days", () =>
    Effect.gen(function* () {
      const { come, report } = yield* shared
      yield* come()
      yield* TestClock.adjust("89 days")
      yield* today
      assert.deepInclude(yield* report, { visits: 1, people: 1 })
      yield* TestClock.adjust("2 days")
      yield* today
      assert.deepInclude(yield* report, { visits: 0, people: 0 })
      const left = yield* write((sql) =>
        sql
          .withTables<{ weir_share_visits: { id: string } }>()
          .selectFrom("weir_share_visits")
          .select("id")
          .execute()
      )
      assert.deepStrictEqual(left, [])
    }).pipe(Effect.provide(services(database)))
  )
})
