import { type Expression, sql as raw } from "kysely"
import type { Sql } from "../database/database.ts"

/** Rows that each want a task: its key, and its payload as JSON text. */
export type Wanting = Expression<{
  readonly task_key: string
  readonly payload: string
}>

/**
 * Gives each row of `wanting` one task of a kind, due now, in as many statements for a hundred thousand rows as for one. A task of
 * the kind that is there already is brought forward instead.
 */
export const ensureAll = async (sql: Sql, kind: string, wanting: Wanting, now: number) => {
  const first = (column: string) =>
    raw`(select ${raw.ref(`task.${column}`)} from weir_tasks as task where task.task_key = weir_task_keys.task_key order by task.sequence limit 1)`
  const statements = [
    raw`update weir_tasks set due = ${now}
      where kind = ${kind} and due > ${now} and task_key in (select task_key from ${wanting} as wanting)`,
    raw`insert into weir_task_keys (task_key, next_sequence, kind, due, epoch, leased_until)
      select task_key, 1, ${kind}, null, 0, 0 from ${wanting} as wanting
      where not exists (select 1 from weir_task_keys as known where known.task_key = wanting.task_key)`,
    raw`insert into weir_tasks (task_key, sequence, kind, payload, due, attempts)
      select wanting.task_key, known.next_sequence, ${kind}, wanting.payload, ${now}, 0
      from ${wanting} as wanting join weir_task_keys as known on known.task_key = wanting.task_key
      where not exists (select 1 from weir_tasks as task where task.task_key = wanting.task_key and task.kind = ${kind})`,
    raw`update weir_task_keys set
      next_sequence = (select max(task.sequence) + 1 from weir_tasks as task where task.task_key = weir_task_keys.task_key),
      kind = ${first("kind")},
      due = case when parked_at is null then ${first("due")} end
      where task_key in (select task_key from ${wanting} as wanting)`
  ]
  for (const statement of statements) await statement.execute(sql)
}
