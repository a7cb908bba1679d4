import { Schema } from "effect"
import type { Sql } from "../database/database.ts"
import { findHead, showHead, tables } from "./store.ts"

/** A key whose first task failed too often, or was refused. It and all behind it wait for a person. */
export const ParkedTask = Schema.Struct({
  key: Schema.String,
  kind: Schema.String,
  attempts: Schema.Int,
  /** The name of the last error. */
  error: Schema.NullOr(Schema.String),
  at: Schema.Int
})
export type ParkedTask = typeof ParkedTask.Type

export const findParked = async (sql: Sql): Promise<ReadonlyArray<ParkedTask>> => {
  const keys = await tables(sql)
    .selectFrom("weir_task_keys")
    .select(["task_key", "kind", "parked_at"])
    .where("parked_at", ">", 0)
    .orderBy("parked_at")
    .limit(1_000)
    .execute()
  const parked: Array<ParkedTask> = []
  for (const { kind, parked_at, task_key: key } of keys) {
    const head = await findHead(sql, key)
    parked.push({
      key,
      kind,
      attempts: head?.attempts ?? 0,
      error: head?.last_error ?? null,
      at: parked_at ?? 0
    })
  }
  return parked
}

/** Lets a parked key go on: its first task is tried anew, or left out. `false`: it was not parked. */
export const unpark = async (sql: Sql, key: string, how: "replay" | "skip", now: number) => {
  const { numUpdatedRows } = await tables(sql)
    .updateTable("weir_task_keys")
    .set({ parked_at: null })
    .where("task_key", "=", key)
    .where("parked_at", "is not", null)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) return false
  const head = await findHead(sql, key)
  if (head !== undefined) await (how === "skip" ? drop : renew)(sql, key, head.sequence, now)
  await showHead(sql, key)
  return true
}

const drop = (sql: Sql, key: string, sequence: number) =>
  tables(sql)
    .deleteFrom("weir_tasks")
    .where("task_key", "=", key)
    .where("sequence", "=", sequence)
    .execute()

const renew = (sql: Sql, key: string, sequence: number, now: number) =>
  tables(sql)
    .updateTable("weir_tasks")
    .set({ attempts: 0, due: now })
    .where("task_key", "=", key)
    .where("sequence", "=", sequence)
    .execute()
