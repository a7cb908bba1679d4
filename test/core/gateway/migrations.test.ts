import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { migrateDown, migrateUp } from "../../../core/database/migrator.ts"
import { migrationsOf } from "../../../core/gateway/gateway.ts"
import { migrations as legacySandbox } from "../../../plugins/legacy-sandbox/migrations.ts"
import { migrations as pos } from "../../../plugins/pos/migrations.ts"
import { migrations as wechatSandbox } from "../../../plugins/wechat-sandbox/migrations.ts"
import { eachDatabase, temporaryDatabase } from "../../support/database.ts"

const all = [...migrationsOf([]), ...pos, ...wechatSandbox, ...legacySandbox]
const names = all.map(({ name }) => name)

eachDatabase("all tables", (database) => {
  it.effect("are made, taken back and made again", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* migrateUp(all), names)
      assert.deepStrictEqual(yield* migrateDown(all), names.toReversed())
      assert.deepStrictEqual(yield* migrateUp(all), names)
    }).pipe(Effect.provide(temporaryDatabase(database)))
  )
})
