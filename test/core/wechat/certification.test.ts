import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../core/database/database.ts"
import { openTodos, raiseTodo } from "../../../core/tasks/todos.ts"
import type { Account } from "../../../core/wechat/account.ts"
import { Accounts } from "../../../core/wechat/accounts.ts"
import { watchAccounts } from "../../../core/wechat/certification.ts"
import { eachDatabase, temporaryDatabase } from "../../support/database.ts"
import { account } from "./account.ts"
import { migrations } from "./platform.ts"

const certifiedUntil = Date.parse("2027-04-01T00:00:00+08:00")
const one = account({ certifiedUntil })

eachDatabase("the watch over accounts", (database) => {
  const watchOn = Effect.fnUntraced(function* (day: string, ...accounts: ReadonlyArray<Account>) {
    yield* TestClock.setTime(Date.parse(`${day}T09:00:00+08:00`))
    yield* Effect.provide(watchAccounts, Accounts.layer(accounts))
    const open = yield* Database.use((database) => database.read((sql) => openTodos(sql)))
    return open.map(({ detail }) => /in \d+ days|has ended/.exec(detail)?.[0])
  })

  it.effect(
    "reminds 30, 7 and 0 days before a certification ends, once each, and stops when it is renewed",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* watchOn("2027-03-01", one), [])
        assert.deepStrictEqual(yield* watchOn("2027-03-02", one), ["in 30 days"])
        assert.deepStrictEqual(yield* watchOn("2027-03-03", one), ["in 30 days"])
        assert.deepStrictEqual(yield* watchOn("2027-03-25", one), ["in 7 days"])
        assert.deepStrictEqual(yield* watchOn("2027-04-01", one), ["has ended"])
        const renewed = account({ certifiedUntil: Date.parse("2028-04-01T00:00:00+08:00") })
        assert.deepStrictEqual(yield* watchOn("2027-04-02", renewed), [])
        // A year later it is new again.
        assert.deepStrictEqual(yield* watchOn("2028-03-25", renewed), ["in 7 days"])
      }).pipe(Effect.provide(temporaryDatabase(database, migrations)))
  )

  it.effect(
    "leaves those alone that are not certified or whose end nobody told, and tells accounts apart",
    () =>
      Effect.gen(function* () {
        const found = yield* watchOn(
          "2027-03-30",
          account({ name: "a", certified: false, certifiedUntil }),
          account({ name: "b" }),
          account({ name: "c", certifiedUntil }),
          account({ name: "c2", certifiedUntil: certifiedUntil + 86_400_000 })
        )
        assert.deepStrictEqual(found, ["in 2 days", "in 3 days"])
      }).pipe(Effect.provide(temporaryDatabase(database, migrations)))
  )

  it.effect("settles the to-dos of yesterday's quotas, and no others", () =>
    Effect.gen(function* () {
      const todo = { kind: "wechat.api", detail: "", at: 0 }
      yield* Database.use((database) =>
        database.write("test", async (sql) => {
          await raiseTodo(sql, { ...todo, subject: "main/45009" })
          await raiseTodo(sql, { ...todo, subject: "main/48001" })
        })
      )
      yield* watchOn("2027-01-01", one)
      const open = yield* Database.use((database) => database.read((sql) => openTodos(sql)))
      assert.deepStrictEqual(
        open.map(({ subject }) => subject),
        ["main/48001"]
      )
      yield* Database.use((database) =>
        database.write("test", (sql) => raiseTodo(sql, { ...todo, subject: "main/45009", at: 1 }))
      )
      const again = yield* Database.use((database) => database.read((sql) => openTodos(sql)))
      assert.deepStrictEqual(
        again.map(({ subject }) => subject),
        ["main/48001", "main/45009"]
      )
    }).pipe(Effect.provide(Layer.fresh(temporaryDatabase(database, migrations))))
  )
})
