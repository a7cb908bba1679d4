import { Clock, Duration, Effect } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { statement } from "../database/statement.ts"
import { outTradeNo } from "../values/numbers.ts"
import type { Reference } from "./model.ts"

/** When an old system took back what it had asked for, by its own clock. */
type WithdrawalRow = {
  /** The payment's number, which need not exist: what is taken back may never have arrived. */
  readonly payment: string
  readonly said_at: number
  readonly at: number
}

const tables = (sql: Sql) => sql.withTables<{ readonly weir_withdrawals: WithdrawalRow }>()

const numberOf = ({ part = "", ...reference }: Reference) =>
  outTradeNo({ ...reference, part, attempt: 1 })

const withdrawalOf = statement((sql, { payment }: { readonly payment: string }) =>
  tables(sql).selectFrom("weir_withdrawals").selectAll().where("payment", "=", payment)
)

/**
 * Whether an order was said before it was taken back: it has been on its way for long, and nobody waits for it any more. One that does not
 * say when it was said is taken as it comes.
 */
export const isWithdrawn = async (
  sql: Sql,
  { saidAt, ...reference }: Reference & { readonly saidAt?: number | undefined }
): Promise<boolean> => {
  if (saidAt === undefined) return false
  const [row] = (await withdrawalOf(sql, { payment: numberOf(reference) })).rows
  return row !== undefined && saidAt < row.said_at
}

/** Remembers that something was taken back, the latest time it was said. */
export const withdraw = Effect.fnUntraced(function* (reference: Reference, said_at: number) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const payment = numberOf(reference)
  yield* database.write(`withdrawal:${payment}`, async (sql) => {
    const [known] = (await withdrawalOf(sql, { payment })).rows
    if (known === undefined)
      await tables(sql).insertInto("weir_withdrawals").values({ payment, said_at, at }).execute()
    else if (known.said_at < said_at)
      await tables(sql)
        .updateTable("weir_withdrawals")
        .set({ said_at, at })
        .where("payment", "=", payment)
        .execute()
  })
})

/** No message is on its way for longer. */
const longest = Duration.days(30)

/** Forgets what no late message can be about any more. */
export const forgetWithdrawals = Effect.gen(function* () {
  const database = yield* Database
  const before = (yield* Clock.currentTimeMillis) - Duration.toMillis(longest)
  yield* database.write("withdrawals", (sql) =>
    tables(sql).deleteFrom("weir_withdrawals").where("at", "<", before).execute()
  )
})
