import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database, type Sql } from "../../../core/database/database.ts"
import { migrateDown, migrateUp } from "../../../core/database/migrator.ts"
import { paymentMigrations } from "../../../core/payments/migrations.ts"
import { eachDatabase, temporaryDatabase } from "../../support/database.ts"

const before = "payments_0002"
const older = paymentMigrations.slice(
  0,
  paymentMigrations.findIndex(({ name }) => name === before) + 1
)

type Row = {
  readonly id: string
  readonly code_url?: string | null
  readonly prepay?: string | null
  readonly prepay_at?: number | null
}
const attempts = (sql: Sql) =>
  sql.withTables<{ readonly weir_attempts: Row & { readonly [column: string]: unknown } }>()

const row = (id: string, number: number, way: string, code_url: string | null) => ({
  ...{ id, number, way, code_url, state: "sent", version: 1, payment: "P-1", merchant: "1900" },
  ...{ amount: 8800, sent_at: 1_795_500_000_000 }
})

const change = (work: (sql: Sql) => Promise<unknown>) =>
  Database.use(({ write }) => write("test", work))
const look = <K extends keyof Row>(...columns: ReadonlyArray<K>) =>
  Database.use(({ read }) =>
    read((sql) => attempts(sql).selectFrom("weir_attempts").select(columns).orderBy("id").execute())
  )

eachDatabase("the address of a QR", (database) => {
  it.effect(
    "is what its order is found by from now on, and still is the QR's after a way back",
    () =>
      Effect.gen(function* () {
        yield* migrateUp(older)
        const url = "weixin://wxpay/bizpayurl?pr=abc"
        yield* change((sql) =>
          attempts(sql)
            .insertInto("weir_attempts")
            .values([row("P-1", 1, "native", url), row("P-2", 2, "codepay", null)])
            .execute()
        )
        yield* migrateUp(paymentMigrations)
        assert.deepStrictEqual(yield* look("id", "prepay", "prepay_at"), [
          { id: "P-1", prepay: url, prepay_at: 1_795_500_000_000 },
          { id: "P-2", prepay: null, prepay_at: null }
        ])
        yield* change((sql) =>
          attempts(sql)
            .updateTable("weir_attempts")
            .set({ way: "jsapi", prepay: "wx24" })
            .where("id", "=", "P-2")
            .execute()
        )
        yield* migrateDown(paymentMigrations, before)
        assert.deepStrictEqual(yield* look("id", "code_url"), [
          { id: "P-1", code_url: url },
          { id: "P-2", code_url: null }
        ])
      }).pipe(Effect.provide(temporaryDatabase(database)))
  )
})
