import { type Expression, sql as raw } from "kysely"
import type { Sql } from "../database/database.ts"

/** Rows that each want a task: its key, its payload as JSON text, and when it is due. */
export type Wanting = Expression<{
  readonly task_key: string
  readonly payload: string
  readonly due: number
}>

/**
 * Gives each row of `wanting` a task of a kind, unless one waits under its key, in as many statements for a hundred thousand rows as for
 * one. Rows go in by the order of their keys, so that tables and indexes grow at one place at a time.
 */
export const ensureAll = async (sql: Sql, kind: string, wanting: Wanting): Promise<void> => {
  // A join, as MariaDB does not find the outer row of a subquery in there when it updates by what is wanting.
  const missing = raw`(select wanting.task_key, wanting.payload, wanting.due from ${wanting} as wanting
    left join weir_tasks as task on task.task_key = wanting.task_key and task.kind = ${kind}
    where task.task_key is null)`
  const isKnown = raw`exists (select 1 from weir_task_keys as known where known.task_key = missing.task_key)`
  const { rows } = await raw`select 1 from ${missing} as missing where ${isKnown} limit 1`.execute(
    sql
  )
  if (rows.length > 0) await behindOthers(sql, kind, missing)
  const unknown = raw`where not ${isKnown} order by missing.task_key`
  // The keys come last: what they say of a row is whether it was known before.
  await raw`insert into weir_tasks (task_key, sequence, kind, payload, due, attempts)
    select missing.task_key, 1, ${kind}, missing.payload, missing.due, 0 from ${missing} as missing ${unknown}`.execute(
    sql
  )
  await raw`insert into weir_task_keys (task_key, next_sequence, kind, due, epoch, leased_until)
    select wanting.task_key, 2, ${kind}, wanting.due, 0, 0 from ${wanting} as wanting
    where not exists (select 1 from weir_task_keys as known where known.task_key = wanting.task_key)
    order by wanting.task_key`.execute(sql)
}

/** For keys that there are. Changing them first holds up whoever adds to one or ends a task of it in another process. */
const behindOthers = async (sql: Sql, kind: string, missing: Expression<unknown>) => {
  await raw`update weir_task_keys set next_sequence = next_sequence + 1
    where task_key in (select missing.task_key from ${missing} as missing)`.execute(sql)
  await raw`insert into weir_tasks (task_key, sequence, kind, payload, due, attempts)
    select missing.task_key, known.next_sequence - 1, ${kind}, missing.payload, missing.due, 0
    from ${missing} as missing join weir_task_keys as known on known.task_key = missing.task_key`.execute(
    sql
  )
  // A key without a due task had none at all, so what it has now is its first.
  const first = (column: "kind" | "due") =>
    raw`(select task.${raw.ref(column)} from weir_tasks as task where task.task_key = weir_task_keys.task_key order by task.sequence limit 1)`
  await raw`update weir_task_keys set kind = ${first("kind")}, due = ${first("due")}
    where due is null and parked_at is null
      and exists (select 1 from weir_tasks as task where task.task_key = weir_task_keys.task_key)`.execute(
    sql
  )
}
