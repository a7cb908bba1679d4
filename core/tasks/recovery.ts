import { type Expression, sql as raw } from "kysely"
import type { Sql } from "../database/database.ts"

/** Rows that each want a task: its key, and its payload as JSON text. */
export type Wanting = Expression<{
  readonly task_key: string
  readonly payload: string
}>

/**
 * Gives each row of `wanting` one task of a kind, due now, in as many statements for a hundred thousand rows as for one. A task of
 * the kind that is there already is brought forward instead. The keys are changed before their tasks are looked at, which holds up
 * whoever adds to one or ends a task of it in another process.
 */
export const ensureAll = async (sql: Sql, kind: string, wanting: Wanting, now: number) => {
  await raw`insert into weir_task_keys (task_key, next_sequence, kind, due, epoch, leased_until)
    select wanting.task_key, 1, ${kind}, null, 0, 0 from ${wanting} as wanting
    where not exists (select 1 from weir_task_keys as known where known.task_key = wanting.task_key)`.execute(
    sql
  )
  const wanted = raw`task_key in (select task_key from ${wanting} as wanting)`
  await raw`update weir_task_keys set next_sequence = next_sequence + 1 where ${wanted}`.execute(
    sql
  )
  await raw`update weir_tasks set due = ${now}
    where kind = ${kind} and due > ${now} and ${wanted}`.execute(sql)
  await raw`insert into weir_tasks (task_key, sequence, kind, payload, due, attempts)
    select wanting.task_key, known.next_sequence - 1, ${kind}, wanting.payload, ${now}, 0
    from ${wanting} as wanting join weir_task_keys as known on known.task_key = wanting.task_key
    where not exists (select 1 from weir_tasks as task where task.task_key = wanting.task_key and task.kind = ${kind})`.execute(
    sql
  )
  const first = raw`(select task.kind from weir_tasks as task where task.task_key = weir_task_keys.task_key order by task.sequence limit 1)`
  await raw`update weir_task_keys set kind = ${kind}, due = ${now}
    where parked_at is null and (due is null or due > ${now}) and ${first} = ${kind} and ${wanted}`.execute(
    sql
  )
}
