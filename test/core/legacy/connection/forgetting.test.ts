import { assert, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { Database } from "../../../../core/database/database.ts"
import { wipeTellings } from "../../../../core/legacy/connection/store.ts"
import { eachDatabase } from "../../../support/database.ts"
import { connect, ground, newNetwork, openErp, save } from "../../../support/old-erp.ts"
import { pass, start } from "../../../support/tasks.ts"

const host = "http://erp.test"

const contents = Database.use((database) =>
  database.read((sql) =>
    sql
      .withTables<{ weir_tellings: { request: Uint8Array; reply: Uint8Array | null } }>()
      .selectFrom("weir_tellings")
      .select(["request", "reply"])
      .executeTakeFirstOrThrow()
  )
)

eachDatabase("what an old system was told long ago", (database) => {
  it.effect("is forgotten; that it was told is not", () => {
    const network = newNetwork()
    const erp = openErp(host, network)
    return Effect.gen(function* () {
      const { standing, tell } = yield* connect(host)
      yield* start
      const telling = { request: { no: "R-1", amount: 1 }, order: "sale" }
      const before = yield* Clock.currentTimeMillis
      yield* tell(save, telling)
      yield* pass("5 seconds")
      const wipe = (until: number) =>
        Database.use((database) => database.write("wipe", (sql) => wipeTellings(sql, until)))

      yield* wipe(before)
      assert.isAbove((yield* contents).request.length, 0)
      yield* wipe(yield* Clock.currentTimeMillis)
      const { reply, request } = yield* contents
      assert.deepStrictEqual([request.length, reply], [0, null])

      yield* tell(save, telling)
      yield* pass("5 seconds")
      assert.strictEqual((yield* standing(save, ["R-1"]))?.state, "done")
      assert.strictEqual(erp.bills.length, 1)
    }).pipe(Effect.provide(ground(database, network)), Effect.scoped)
  })
})
