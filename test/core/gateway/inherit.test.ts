import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { sql as raw } from "kysely"
import { Database } from "../../../core/database/database.ts"
import { Drain } from "../../../core/database/drain.ts"
import { inherit } from "../../../core/gateway/inherit.ts"
import { final, interim, Journal } from "../../../core/journal/journal.ts"
import { journalMigrations } from "../../../core/journal/migrations.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { wechatMigrations } from "../../../core/wechat/migrations.ts"
import { SharedSecrets } from "../../../core/wechat/shared-secrets.ts"
import { databaseIn, eachDatabase, noteMigrations } from "../../support/database.ts"
import { once, sale, seal } from "../../support/journal.ts"
import { settle } from "../../support/settling.ts"
import { add, greeting, start } from "../../support/tasks.ts"

const migrations = [...noteMigrations, ...journalMigrations, ...taskMigrations, ...wechatMigrations]

const processOn = (url: string) =>
  Layer.mergeAll(
    Layer.fresh(Journal.layer),
    Layer.fresh(Tasks.layer),
    Layer.fresh(SharedSecrets.layer)
  ).pipe(
    Layer.provideMerge(databaseIn(url, migrations)),
    Layer.provide(seal),
    Layer.provide(Layer.succeed(Drain, 0))
  )

/** The access token, of which each fetch brings a new one. */
const token = (lives: number) =>
  SharedSecrets.use((secrets) =>
    secrets.get("access-token", () => Effect.succeed({ value: `lives ${lives}`, lives }))
  )

/** As a process leaves them that is killed, on a machine whose clock was then set back by some hours. */
const heldForHours = Effect.gen(function* () {
  yield* once(sale, Effect.succeed(interim("still paying")))
  yield* add({ key: "greeting", name: "Ann" })
  yield* token(0)
  const until = (table: string) => raw`update ${raw.table(table)} set leased_until = 10000000`
  yield* Database.use(({ write }) =>
    write("held", async (sql) => {
      await until("weir_journal").execute(sql)
      await until("weir_task_keys").execute(sql)
      await until("weir_wechat_secrets").execute(sql)
    })
  )
})

eachDatabase("what a dead process held", ({ name, place }) => {
  const alone = name === "SQLite"

  it.effect(alone ? "is free at the next start" : "may be held by another: it is waited for", () =>
    Effect.gen(function* () {
      const url = yield* place
      yield* Effect.provide(heldForHours, processOn(url))
      yield* Effect.gen(function* () {
        yield* inherit
        const { greeted } = yield* greeting
        yield* start
        const heard = yield* Effect.forkChild(once(sale, Effect.succeed(final("paid"))))
        const fetched = yield* Effect.forkChild(token(7_200))
        yield* settle
        yield* TestClock.adjust("1 second")
        yield* settle
        assert.deepStrictEqual(greeted, alone ? ["Ann"] : [])
        assert.strictEqual(heard.pollUnsafe() !== undefined, alone)
        assert.strictEqual(fetched.pollUnsafe() !== undefined, alone)
        yield* Fiber.interruptAll([heard, fetched])
      }).pipe(Effect.scoped, Effect.provide(processOn(url)))
    })
  )
})
