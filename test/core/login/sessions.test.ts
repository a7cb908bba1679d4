import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../core/database/database.ts"
import { loginMigrations } from "../../../core/login/migrations.ts"
import { newSecret } from "../../../core/login/secrets.ts"
import { Sessions } from "../../../core/login/sessions.ts"
import { pool, poolMigrations, recognise, shop } from "../../support/customers.ts"
import { databaseIn, eachDatabase } from "../../support/database.ts"

eachDatabase("a session of somebody who comes again", (database) => {
  const services = Layer.unwrap(
    Effect.map(database.place, (url) =>
      Sessions.layer.pipe(
        Layer.provideMerge(pool),
        Layer.provideMerge(databaseIn(url, [...poolMigrations, ...loginMigrations]))
      )
    )
  )

  const open = Effect.gen(function* () {
    const customer = yield* recognise(shop, "oONE")
    const sessions = yield* Sessions
    const secret = newSecret()
    const who = { customer, account: shop.name, openid: "oONE" }
    yield* (yield* Database).write("test", (sql) => sessions.openIn(sql, { secret, who }))
    return Effect.map(sessions.find(secret), (session) => session?.customer === customer)
  })

  it.effect("lasts thirty days from each visit", () =>
    Effect.gen(function* () {
      const isLoggedIn = yield* open
      for (let visits = 0; visits < 5; visits++) {
        assert.isTrue(yield* isLoggedIn)
        yield* TestClock.adjust("29 days")
      }
      assert.isTrue(yield* isLoggedIn)
      yield* TestClock.adjust("30 days")
      assert.isFalse(yield* isLoggedIn)
    }).pipe(Effect.provide(services))
  )

  it.effect("lasts half a year at most", () =>
    Effect.gen(function* () {
      const isLoggedIn = yield* open
      for (let days = 0; days < 180; days += 20) {
        assert.isTrue(yield* isLoggedIn)
        yield* TestClock.adjust("20 days")
      }
      assert.isFalse(yield* isLoggedIn)
    }).pipe(Effect.provide(services))
  )
})
