import { CompiledQuery } from "kysely"
import type { Lane, Sql } from "./engine.ts"

/**
 * A number that every transaction of a writer moves on. When COMMIT gives no clear answer, it tells afterwards whether that
 * transaction happened, since it is there exactly when all the rest is. It is never behind the time, so that one which has not moved
 * for long is known to belong to a process that is no more.
 */
type MarkTables = {
  readonly weir_commits: { readonly writer: string; readonly mark: number }
}

export const createMarks = (sql: Sql): Promise<unknown> =>
  sql.schema
    .createTable("weir_commits")
    .ifNotExists()
    .addColumn("writer", "varchar(36)", (column) => column.primaryKey())
    .addColumn("mark", "bigint", (column) => column.notNull())
    .execute()

export const nextMark = (last: number, now: number): number => Math.max(last + 1, now)

/** Part of every commit, so it is written out: it costs nothing to compile. */
export const setMark = (sql: Sql, writer: string, mark: number): Promise<unknown> =>
  sql.executeQuery(
    CompiledQuery.raw("replace into weir_commits (writer, mark) values (?, ?)", [writer, mark])
  )

/**
 * Where the writer is. An earlier transaction of it may still be on its way to its end, held up by a line that broke after COMMIT was
 * sent: it holds the row until then, so the row is waited for.
 */
export const readMark = async ({ shared, sql, writer }: Lane): Promise<number> => {
  if (!shared) return find(sql, writer)
  const look = await sql.startTransaction().execute()
  try {
    return await find(look, writer, "for update")
  } finally {
    await look.rollback().execute()
  }
}

const find = async (sql: Sql, writer: string, locking = ""): Promise<number> => {
  const text = `select mark from weir_commits where writer = ? ${locking}`
  const found = CompiledQuery.raw(text, [writer]) as CompiledQuery<MarkTables["weir_commits"]>
  return (await sql.executeQuery(found)).rows[0]?.mark ?? 0
}

/** Forgets writers that have not written since then. */
export const forgetMarks = (sql: Sql, before: number): Promise<unknown> =>
  sql.withTables<MarkTables>().deleteFrom("weir_commits").where("mark", "<", before).execute()
