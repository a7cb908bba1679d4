import { Schema } from "effect"
import { CompiledQuery } from "kysely"
import { type Appended, insertAppended } from "./append.ts"
import type { Engine, Sql } from "./engine.ts"

/** A work that waits for its commit, and its caller who waits for the work. */
export interface Waiting {
  /** Does the work, and returns how to tell the caller. */
  readonly run: (sql: Sql) => Promise<() => void>
  readonly fail: (cause: unknown) => void
}

/** What to do once a transaction is durable. */
export interface Afterwards {
  readonly answers: Array<() => void>
  readonly hooks: Array<() => void>
}

/** A work threw; which one must be undone alone is not known without savepoints. */
export class Threw extends Schema.TaggedError<Threw>()("Threw", { cause: Schema.Defect() }) {}

/** Runs works in one transaction and collects what is to be done once it is durable. */
export type Run = (
  engine: Engine,
  sql: Sql,
  batch: ReadonlyArray<Waiting>,
  afterwards: Afterwards
) => Promise<void>

/** One after another. Hardly any work ever throws, so nothing is paid for the case. */
export const runTogether: Run = async (engine, sql, batch, afterwards) => {
  const appended: Appended = new Map()
  try {
    for (const work of batch) await runOne(sql, work, afterwards, appended)
    await insertAppended(sql, appended)
  } catch (cause) {
    throw isOfTheWork(engine, cause) ? new Threw({ cause }) : cause
  }
}

/** For works of which one threw: they share a transaction, not their failures, so each is undone to its savepoint. */
export const runEach: Run = async (engine, sql, batch, afterwards) => {
  for (const work of batch) await runAlone(engine, sql, work, afterwards)
}

/** How often a work may find that another process was quicker. */
const races = 5

const runAlone = async (engine: Engine, sql: Sql, work: Waiting, afterwards: Afterwards) => {
  for (let left = races; ; left--) {
    await sql.executeQuery(savepoint)
    try {
      const appended: Appended = new Map()
      const own: Afterwards = { answers: [], hooks: [] }
      await runOne(sql, work, own, appended)
      await insertAppended(sql, appended)
      await sql.executeQuery(release)
      afterwards.answers.push(...own.answers)
      afterwards.hooks.push(...own.hooks)
      return
    } catch (cause) {
      if (!isOfTheWork(engine, cause)) throw cause
      await sql.executeQuery(undo)
      await sql.executeQuery(release)
      if (left > 0 && engine.fault(cause) === "raced") continue
      afterwards.answers.push(() => work.fail(cause))
      return
    }
  }
}

const savepoint = CompiledQuery.raw("savepoint work")
const release = CompiledQuery.raw("release savepoint work")
const undo = CompiledQuery.raw("rollback to savepoint work")

const runOne = async (
  sql: Sql,
  work: Waiting,
  { answers, hooks }: Afterwards,
  appended: Appended
) => {
  const own: Array<() => void> = []
  current.set(sql.getExecutor(), { hooks: own, appended })
  answers.push(await work.run(sql))
  hooks.push(...own)
}

const isOfTheWork = (engine: Engine, cause: unknown) => {
  const fault = engine.fault(cause)
  return fault === "work" || fault === "raced"
}

/** What the current work of a transaction wants done at its end; by executor, the one thing all handles of a transaction share. */
const current = new WeakMap<
  object,
  { readonly hooks: Array<() => void>; readonly appended: Appended }
>()

const ofWrite = (sql: Pick<Sql, "getExecutor">) => {
  const found = current.get(sql.getExecutor())
  if (found === undefined) throw new Error("This needs the `sql` of a write")
  return found
}

/** Runs something once the write that `sql` belongs to is durable; not at all when it is undone. */
export const afterCommit = (sql: Pick<Sql, "getExecutor">, run: () => void): void => {
  ofWrite(sql).hooks.push(run)
}

/**
 * Adds a row at the end of the write that `sql` belongs to, where nobody looks for it before. Rows of all works that share a commit go
 * in one statement. Each row of a table names the same columns.
 */
export const append = (
  sql: Pick<Sql, "getExecutor">,
  table: string,
  row: Readonly<Record<string, unknown>>
): void => {
  const { appended } = ofWrite(sql)
  const rows = appended.get(table)
  if (rows === undefined) appended.set(table, [row])
  else rows.push(row)
}
