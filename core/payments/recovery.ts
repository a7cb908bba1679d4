import { Clock, Duration, Effect } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../database/database.ts"
import { Tasks } from "../tasks/tasks.ts"
import { ResolveAttempt } from "./ledger.ts"
import { tables } from "./store.ts"

/**
 * Makes what a dead process left behind due to be asked about; one statement, however many there are. The usual way of a payment never
 * depends on it.
 */
export const makeRecovery = Effect.gen(function* () {
  const database = yield* Database
  const tasks = yield* Tasks

  /** Everything without an end; when a process starts. */
  const recover = database.write("payments: recover", (sql) =>
    tasks.ensureAll(sql, ResolveAttempt, unfinished(sql))
  )

  /** What was sent, and nobody wrote down what became of it; from time to time, for processes that died beside this one. */
  const sweep = Effect.flatMap(Clock.currentTimeMillis, (now) =>
    database.write("payments: sweep", (sql) =>
      tasks.ensureAll(
        sql,
        ResolveAttempt,
        unfinished(sql)
          .where("attempt.state", "=", "sent")
          .where("attempt.code_url", "is", null)
          .where("attempt.sent_at", "<", now - Duration.toMillis(longestAnswer))
      )
    )
  )
  return { recover, sweep }
})

/** WeChat's answer to a payment is not waited for any longer than this. */
const longestAnswer = Duration.seconds(30)

const unfinished = (sql: Sql) =>
  tables(sql)
    .selectFrom("weir_attempts as attempt")
    .leftJoin("weir_reversals as reversal", "reversal.id", "attempt.id")
    .where((is) =>
      is.or([
        is("attempt.state", "in", ["sent", "paying", "unknown"]),
        is("reversal.state", "in", ["asked", "unknown"])
      ])
    )
    .select([
      "attempt.id as task_key",
      raw<string>`concat('{"outTradeNo":"', attempt.id, '"}')`.as("payload")
    ])
