import { Clock, Duration, Effect } from "effect"
import { type Expression, sql as raw } from "kysely"
import { Database, type Sql } from "../database/database.ts"
import { Tasks } from "../tasks/tasks.ts"
import { ResolveAttempt } from "./ledger.ts"
import { type AttemptRow, tables } from "./store.ts"

/**
 * Makes what a dead process left behind due to be asked about; one statement, however many there are. The usual way of a payment never
 * depends on it.
 */
export const makeRecovery = Effect.gen(function* () {
  const database = yield* Database
  const tasks = yield* Tasks

  /** Everything without an end; when a process starts. */
  const recover = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    database.write("payments: recover", (sql) =>
      tasks.ensureAll(
        sql,
        ResolveAttempt,
        wanting(
          unfinished(sql)
            .where("attempt.state", "in", ["sent", "paying", "unknown"])
            .union(
              unfinished(sql)
                .innerJoin("weir_reversals as reversal", "reversal.id", "attempt.id")
                .where("reversal.state", "in", ["asked", "unknown"])
            ),
          now
        )
      )
    )
  )

  /** What was sent, and nobody wrote down what became of it; from time to time, for processes that died beside this one. */
  const sweep = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    database.write("payments: sweep", (sql) =>
      tasks.ensureAll(
        sql,
        ResolveAttempt,
        wanting(
          unfinished(sql)
            .where("attempt.state", "=", "sent")
            .where("attempt.prepay", "is", null)
            .where("attempt.sent_at", "<", now - Duration.toMillis(longestAnswer)),
          now
        )
      )
    )
  )
  return { recover, sweep }
})

/** WeChat's answer to a payment is not waited for any longer than this. */
const longestAnswer = Duration.seconds(30)

/** How far apart a merchant's left payments are asked about: far below what WeChat bears, and nobody's sale waits behind them. */
const apart = 10

const unfinished = (sql: Sql) =>
  tables(sql)
    .selectFrom("weir_attempts as attempt")
    .select(["attempt.id", "attempt.merchant", "attempt.sent_at"])

/** The latest first, as somebody may still stand at its till. */
const wanting = (
  left: Expression<Pick<AttemptRow, "id" | "merchant" | "sent_at">>,
  now: number
) => raw<{ readonly task_key: string; readonly payload: string; readonly due: number }>`(
    select id as task_key, concat('{"outTradeNo":"', id, '"}') as payload,
      ${now} + ${apart} * (row_number() over (partition by merchant order by sent_at desc) - 1) as due
    from ${left} as unfinished)`
