import { CompiledQuery } from "kysely"
import type { Sql } from "../database/database.ts"
import { findHead, showHead, tables } from "./store.ts"

/** A key whose first task is, or will be, due. */
export interface Candidate {
  readonly task_key: string
  readonly kind: string
  readonly epoch: number
  readonly due: number
}

/** The right to do the first task of a key. */
export interface Claim {
  readonly key: string
  readonly epoch: number
  readonly sequence: number
  readonly kind: string
  readonly payload: string
  readonly attempts: number
}

/** How many more of a kind may run. */
export interface Wanted {
  readonly kind: string
  readonly room: number
}

/**
 * The keys that are due first, of each kind for itself: a thousand keys of one that cannot run now are not in the way of the others.
 * One statement, written out since every round of the worker asks it.
 */
export const findCandidates = async (
  sql: Sql,
  wanted: ReadonlyArray<Wanted>,
  now: number
): Promise<ReadonlyArray<Candidate>> => {
  if (wanted.length === 0) return []
  const text = wanted.map(() => ofOneKind).join(" union all ")
  const values = wanted.flatMap(({ kind, room }) => [kind, now, room])
  return (await sql.executeQuery(CompiledQuery.raw(text, values))).rows as Array<Candidate>
}

const ofOneKind =
  "select * from (select task_key, kind, epoch, due from weir_task_keys where kind = ? and due is not null and leased_until <= ? order by due limit ?) as candidate"

/** Claims a key for as long as nobody else has claimed it since it was seen. */
export const claim = async (
  sql: Sql,
  { epoch, task_key: key }: Candidate,
  until: number
): Promise<Claim | undefined> => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_task_keys")
    .set({ epoch: epoch + 1, leased_until: until })
    .where("task_key", "=", key)
    .where("epoch", "=", epoch)
    .where("due", "is not", null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return undefined
  const head = await findHead(sql, key)
  if (head !== undefined) return { key, epoch: epoch + 1, ...head }
  // Only a race between two processes could leave it so; it must not be come upon again and again.
  await showHead(sql, key)
  return undefined
}

/** Holds a claim until then, or lets go of it; `false`: it was replaced. */
export const holdUntil = async (sql: Sql, { epoch, key }: Claim, until: number) => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_task_keys")
    .set({ leased_until: until })
    .where("task_key", "=", key)
    .where("epoch", "=", epoch)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Holds a claim longer, unless it has been let go of: whoever asks for its key again must not wait for what nobody does. */
export const holdOn = (sql: Sql, { epoch, key }: Claim, until: number, now: number) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set({ leased_until: until })
    .where("task_key", "=", key)
    .where("epoch", "=", epoch)
    .where("leased_until", ">", now)
    .execute()

/** Not done: when it is to be tried again, or `null`: when a person says so. */
export interface Kept {
  readonly due: number | null
  readonly attempts: number
  readonly error: string | null
}

/** Frees every key that is held, for the only process there is. */
export const freeKeys = (sql: Sql, now: number) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set({ leased_until: now })
    .where("leased_until", ">", now)
    .execute()

/** Writes down what became of a task and lets go of its key. A claim that was replaced writes nothing. */
export const settle = async (sql: Sql, claim: Claim, outcome: "done" | Kept, now: number) => {
  if (!(await holdUntil(sql, claim, now))) return
  if (outcome === "done" || (await isAskedAgain(sql, claim, outcome))) await removeTask(sql, claim)
  else await keepTask(sql, claim, outcome)
  if (outcome !== "done" && outcome.due === null) await park(sql, claim, now)
  else await showHead(sql, claim.key)
}

/**
 * Whether what is to be asked again later has been asked for anew meanwhile, word for word: that one is due sooner, and behind this one
 * it would have to wait.
 */
const isAskedAgain = async (
  sql: Sql,
  { key, kind, payload, sequence }: Claim,
  { due, error }: Kept
) => {
  if (due === null || error !== null) return false
  const twin = await tables(sql)
    .selectFrom("weir_tasks")
    .select("sequence")
    .where("task_key", "=", key)
    .where("kind", "=", kind)
    .where("payload", "=", payload)
    .where("sequence", ">", sequence)
    .limit(1)
    .executeTakeFirst()
  return twin !== undefined
}

const removeTask = (sql: Sql, { key, sequence }: Claim) =>
  tables(sql)
    .deleteFrom("weir_tasks")
    .where("task_key", "=", key)
    .where("sequence", "=", sequence)
    .execute()

const keepTask = (sql: Sql, { key, sequence }: Claim, { attempts, due, error }: Kept) =>
  tables(sql)
    .updateTable("weir_tasks")
    .set({ attempts, last_error: error, ...(due !== null && { due }) })
    .where("task_key", "=", key)
    .where("sequence", "=", sequence)
    .execute()

const park = (sql: Sql, { key }: Claim, now: number) =>
  tables(sql)
    .updateTable("weir_task_keys")
    .set({ due: null, parked_at: now })
    .where("task_key", "=", key)
    .execute()

export const findDueKinds = async (sql: Sql, now: number): Promise<ReadonlyArray<string>> => {
  const rows = await tables(sql)
    .selectFrom("weir_task_keys")
    .select("kind")
    .distinct()
    .where("due", "<=", now)
    .execute()
  return rows.map(({ kind }) => kind)
}
