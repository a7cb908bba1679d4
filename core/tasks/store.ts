import type { Sql } from "../database/database.ts"
import { leaseMillis } from "../database/lease.ts"
import { statement } from "../database/statement.ts"

/** Tasks under one key are done in their order, so the key is what is claimed, leased and parked. */
interface KeyRow {
  readonly task_key: string
  readonly next_sequence: number
  /** Of the first task. */
  readonly kind: string
  /** Of the first task; `null` when there is none, or the key is parked. */
  readonly due: number | null
  /** Counts the claims: whoever acts under an older one was replaced and changes nothing. */
  readonly epoch: number
  readonly leased_until: number
  readonly parked_at: number | null
}

interface TaskRow {
  readonly task_key: string
  readonly sequence: number
  readonly kind: string
  readonly payload: string
  readonly due: number
  /** How often it failed in a row. */
  readonly attempts: number
  readonly last_error: string | null
}

type TaskTables = { readonly weir_task_keys: KeyRow; readonly weir_tasks: TaskRow }

export const tables = (sql: Sql) => sql.withTables<TaskTables>()

/** What is to be added. */
export interface NewTask {
  readonly key: string
  readonly kind: string
  readonly payload: string
  readonly due: number
}

/** Adds a task behind those of its key. */
export const append = async (sql: Sql, task: NewTask): Promise<void> =>
  place(sql, task, await takeSequence(sql, task.key))

/**
 * Adds a task unless one of its kind waits under its key already, which is brought forward instead. One that is running does not
 * count: it may have looked before what this write has changed.
 */
export const ensure = async (sql: Sql, task: NewTask, now: number): Promise<void> => {
  const sequence = await takeSequence(sql, task.key)
  const waiting = sequence === undefined ? undefined : await findWaiting(sql, task, now)
  if (waiting === undefined) return place(sql, task, sequence)
  if (waiting.due > task.due) await bringForward(sql, task.key, waiting.sequence, task.due)
}

const bringForward = async (sql: Sql, key: string, sequence: number, due: number) => {
  await tables(sql)
    .updateTable("weir_tasks")
    .set({ due })
    .where("task_key", "=", key)
    .where("sequence", "=", sequence)
    .execute()
  await showHead(sql, key)
}

/**
 * Lets all that is due later be due so much earlier, and nothing be held until a time to come: after a clock was set back. A lease that
 * is as long as leases are may be another process's, whose clock was right.
 */
export const bringBack = async (sql: Sql, now: number, by: number): Promise<void> => {
  for (const table of ["weir_task_keys", "weir_tasks"] as const)
    await tables(sql)
      .updateTable(table)
      .set((column) => ({ due: column("due", "-", by) }))
      .where("due", ">", now)
      .execute()
  await tables(sql)
    .updateTable("weir_task_keys")
    .set({ leased_until: now })
    .where("leased_until", ">", now + leaseMillis)
    .execute()
}

/** Sees to it that a key has a task, due at `latest` at the latest; a running one counts. */
export const seeTo = async (sql: Sql, task: NewTask, latest: number): Promise<void> => {
  const sequence = await takeSequence(sql, task.key)
  const head = await findHead(sql, task.key)
  if (head === undefined) return place(sql, task, sequence)
  if (head.due > latest) await bringForward(sql, task.key, head.sequence, latest)
}

/**
 * The next number of a key, if the key is known. Changing its row before anything is read holds up whoever adds to the same key or
 * ends a task of it in another process.
 */
const takeSequence = async (sql: Sql, key: string): Promise<number | undefined> => {
  if ((await countUp(sql, { key })).changed === 0) return undefined
  const [row] = (await findKey(sql, { key })).rows
  return row === undefined ? undefined : row.next_sequence - 1
}

// Every sale has tasks, so what adds them is compiled once.
type Key = { readonly key: string }

const countUp = statement((sql, { key }: Key) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set((is) => ({ next_sequence: is("next_sequence", "+", is.lit(1)) }))
    .where("task_key", "=", key)
)
const findKey = statement((sql, { key }: Key) =>
  tables(sql).selectFrom("weir_task_keys").select("next_sequence").where("task_key", "=", key)
)

const place = async (sql: Sql, task: NewTask, sequence: number | undefined): Promise<void> => {
  const { due, key, kind, payload } = task
  const row = { task_key: key, kind, due }
  await insertTask(sql, { ...row, sequence: sequence ?? 1, payload, attempts: 0, last_error: null })
  if (sequence === undefined)
    await insertKey(sql, { ...row, next_sequence: 2, epoch: 0, leased_until: 0, parked_at: null })
  else await showFirst(sql, { key, kind, due })
}

const insertTask = statement((sql, row: TaskRow) =>
  tables(sql).insertInto("weir_tasks").values(row)
)
const insertKey = statement((sql, row: KeyRow) =>
  tables(sql).insertInto("weir_task_keys").values(row)
)
const showFirst = statement((sql, { due, key, kind }: Pick<NewTask, "due" | "key" | "kind">) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set({ kind, due })
    .where("task_key", "=", key)
    .where("due", "is", null)
    .where("parked_at", "is", null)
)

const findWaiting = async (sql: Sql, { key, kind }: NewTask, now: number) => {
  const [last] = (await findLast(sql, { key, kind })).rows
  if (last === undefined || last.leased_until <= now) return last
  const running = await findHead(sql, key)
  return last.sequence === running?.sequence ? undefined : last
}

const findLast = statement((sql, { key, kind }: Pick<NewTask, "key" | "kind">) =>
  tables(sql)
    .selectFrom("weir_tasks as task")
    .innerJoin("weir_task_keys as key", "key.task_key", "task.task_key")
    .select(["task.sequence", "task.due", "key.leased_until"])
    .where("task.task_key", "=", key)
    .where("task.kind", "=", kind)
    .orderBy("task.sequence", "desc")
    .limit((is) => is.lit(1))
)

/** The first task of a key, which is the one that may be done. */
export const findHead = async (sql: Sql, key: string) => (await findFirst(sql, { key })).rows[0]

const findFirst = statement((sql, { key }: Key) =>
  tables(sql)
    .selectFrom("weir_tasks")
    .select(["sequence", "kind", "payload", "due", "attempts", "last_error"])
    .where("task_key", "=", key)
    .orderBy("sequence")
    .limit((is) => is.lit(1))
)

/** Lets the row of a key say what its first task is, unless the key is parked. */
export const showHead = async (sql: Sql, key: string): Promise<void> => {
  const head = await findHead(sql, key)
  await showAs(sql, { key, due: head?.due ?? null, ...(head !== undefined && { kind: head.kind }) })
}

type Shown = Key & { readonly due: number | null; readonly kind?: string }

const showAs = statement((sql, { key, ...to }: Shown) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set(to)
    .where("task_key", "=", key)
    .where("parked_at", "is", null)
)

/** Forgets keys that have had no task for a day. Until then their epoch keeps late writers out. */
export const forgetIdle = (sql: Sql, now: number) =>
  tables(sql)
    .deleteFrom("weir_task_keys")
    .where("due", "is", null)
    .where("parked_at", "is", null)
    .where("leased_until", "<", now - 86_400_000)
    .execute()
